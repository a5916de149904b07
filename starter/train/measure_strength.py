"""How much of a picture Edit changes at each strength, with the defaults in underpaint.json: `editChanges` there.
   python measure_strength.py --weights DIR [--guidance 1,4] [--sheet FILE]

The model's own pictures are edited by diffusers with the same words and with those of another subject; a pixel has changed where
a channel differs by more than 16 of 255."""
import argparse, json
from pathlib import Path
import numpy as np
import torch
from PIL import Image
from diffusers import StableDiffusionImg2ImgPipeline, StableDiffusionPipeline
from diffusers.utils import logging

PAIRS = (("rocket", "rocket"), ("fox", "penguin"), ("house", "car"))
STRENGTHS = [n / 10 for n in range(1, 11)]
CHANGED = 16

ap = argparse.ArgumentParser()
ap.add_argument("--weights", required=True); ap.add_argument("--threads", type=int, default=1)
ap.add_argument("--guidance", default="", help="other guidance scales than the default for Edit"); ap.add_argument("--sheet", default="", help="the pictures go there")
a = ap.parse_args()
torch.set_num_threads(a.threads); logging.disable_progress_bar()
defaults = json.loads((Path(a.weights) / "underpaint.json").read_text())["defaults"]
draw = StableDiffusionPipeline.from_pretrained(a.weights, torch_dtype=torch.float32); edit = StableDiffusionImg2ImgPipeline(**draw.components, requires_safety_checker=False)
for pipe in (draw, edit): pipe.set_progress_bar_config(disable=True)
seeds = lambda n: [torch.Generator().manual_seed(n) for _ in PAIRS]
steps = dict(num_inference_steps=defaults["steps"])
before = draw([p for p, _ in PAIRS], generator=seeds(7), guidance_scale=defaults["guidanceScale"], **steps).images
levels = lambda picture: np.asarray(picture.convert("RGB"), dtype=np.int16)
rows = []
for guidance in map(float, a.guidance.split(",") if a.guidance else [defaults.get("editGuidanceScale", defaults["guidanceScale"])]):
    means, columns = [], [before]
    for strength in STRENGTHS:
        after = edit([w for _, w in PAIRS], image=before, strength=strength, generator=seeds(8), guidance_scale=guidance, **steps).images
        shares = [float((np.abs(levels(x) - levels(y)).max(2) > CHANGED).mean()) for x, y in zip(before, after)]
        means.append(round(sum(shares) / len(shares), 2)); columns.append(after)
        print(f"guidance {guidance:g} strength {strength}", *(f"{s:.2f}" for s in shares), "mean", means[-1], flush=True)
    print("editChanges", means); rows += zip(*columns)
if a.sheet:
    sheet = Image.new("RGB", (len(rows[0]) * 130, len(rows) * 130), "white")
    for y, row in enumerate(rows):
        for x, picture in enumerate(row): sheet.paste(picture, (x * 130, y * 130))
    sheet.save(a.sheet)
