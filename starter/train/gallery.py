"""The flat icons of all concepts, as the model draws them: on white, upright, REF pixels. What a picture shows is the one nearest to it."""
import numpy as np
import torch
import torch.nn.functional as F
from common import REF, affine, composite, hue_rotate

one = lambda v: torch.tensor([v])


def tensor(picture):
    """A PIL picture as 1,3,H,W in 0..1."""
    return torch.from_numpy(np.array(picture.convert("RGB"))).permute(2, 0, 1)[None].float() / 255


def small(pictures):
    """PIL pictures as n,3,REF,REF in 0..1."""
    return torch.cat([F.interpolate(tensor(p), size=REF, mode="area") for p in pictures])


class Gallery:
    def __init__(self, renders):
        self.renders = renders
        self.number = {c["key"]: i for i, c in enumerate(renders.icons) if c["style"] == "flat"}
        self.keys = list(self.number)
        self.pictures = torch.cat([self.plain(k) for k in self.keys])

    def names(self, key):
        return self.renders.icons[self.number[key]]["names"]

    def icon(self, key):
        """1,4,H,W in 0..1, premultiplied."""
        return torch.from_numpy(np.array(self.renders.rgba[self.number[key]])).permute(2, 0, 1)[None].float() / 255

    def plain(self, key, hue=0.0):
        x = self.icon(key)
        if hue: x = hue_rotate(x, one(hue))
        return composite(affine(x, REF, one(.93), one(0.), one(0.)), torch.ones(1, 3))
