"""Does a reference picture help?  python evaluate_references.py --weights DIR --data DIR --heldout DIR --out DIR

Every case is drawn twice from the same noise, with the reference and without, and both results are compared with the
reference by the measures of likeness.py. A case is won where the reference raises the likeness. "subject" compares the
layout with the subject's flat icon (turned to the reference's hue) instead, since another artist's reference has another
layout; "recognised" is the share of results whose nearest flat icon among all of concepts.txt is that very subject. Drawn by diffusers, from
the exported files, at guidance 4 and 15 DDIM steps."""
import argparse, json
from pathlib import Path
import numpy as np
import torch
from PIL import Image
from common import *
from gallery import Gallery, one, small, tensor
from likeness import colour_likeness, layout_likeness, nearest

ap = argparse.ArgumentParser()
ap.add_argument("--weights", required=True); ap.add_argument("--data", required=True); ap.add_argument("--heldout", required=True)
ap.add_argument("--out", required=True); ap.add_argument("--threads", type=int, default=1)
ap.add_argument("--every", type=int, default=1, help="take every n-th subject of core.txt only"); ap.add_argument("--seeds", type=int, default=10); ap.add_argument("--scale", type=float, default=1.0)
KINDS = ("drawn", "turned", "heldout")
ap.add_argument("--kinds", default=",".join(KINDS)); ap.add_argument("--prompts", default="icon")
a = ap.parse_args()
torch.set_num_threads(a.threads); out = Path(a.out); out.mkdir(parents=True, exist_ok=True)
from diffusers import StableDiffusionPipeline
from diffusers.utils import logging
logging.disable_progress_bar()
pipe = StableDiffusionPipeline.from_pretrained(a.weights, torch_dtype=torch.float32); pipe.set_progress_bar_config(disable=True)
subjects = (Path(__file__).parent / "core.txt").read_text().split()[::a.every]
gallery = Gallery(Renders(a.data))
turn = lambda n: .25 + .5 * (n % 7) / 6


def reference(key, kind, n):
    """drawn: as in training, on beige, a little turned and smaller. turned: with another hue. heldout: another artist's."""
    if kind == "heldout":
        f = Path(a.heldout) / f"{key}.png"
        return Image.open(f).convert("RGB") if f.exists() else None
    x = gallery.icon(key)
    if kind == "turned": x = hue_rotate(x, one(turn(n)))
    x = composite(affine(x, IMG, one(.85), one(0.), one(0.), rot=one(.12 if n % 2 else -.12)), torch.tensor([[.93, .9, .84]]))
    return Image.fromarray((x[0].permute(1, 2, 0).clamp(0, 1).numpy() * 255).round().astype("uint8"))


@torch.no_grad()
def draw(prompt, embeds=None):
    g = [torch.Generator().manual_seed(s) for s in range(a.seeds)]
    more = {} if embeds is None else {"ip_adapter_image_embeds": [torch.cat([torch.zeros(a.seeds, 1, embeds.shape[-1]), embeds[:, None].expand(a.seeds, 1, -1)])]}
    ims = pipe([prompt] * a.seeds, num_inference_steps=15, guidance_scale=4.0, generator=g, **more).images
    return ims, small(ims)


prompts = a.prompts.split(",")
without = {p: draw(p) for p in prompts}
pipe.load_ip_adapter(a.weights, subfolder="ip_adapter", weight_name="ip-adapter.safetensors", image_encoder_folder="image_encoder")
pipe.to(torch.float32); pipe.set_ip_adapter_scale(a.scale)
rows, wins, means, per, known = [], {}, {}, {}, {}
for n, key in enumerate(subjects):
    for kind in a.kinds.split(","):
        ref = reference(key, kind, n)
        if ref is None: continue
        embeds = pipe.image_encoder(pipe.feature_extractor(ref, return_tensors="pt").pixel_values).image_embeds
        given = small([ref]).expand(a.seeds, -1, -1, -1)
        for p in prompts:
            ims, x = draw(p, embeds); base = without[p][1]
            aim = gallery.plain(key, turn(n) if kind == "turned" else 0.0).expand_as(given)
            for name, f in (("subject", lambda u: layout_likeness(u, aim)), ("colour", lambda u: colour_likeness(u, given)), ("layout", lambda u: layout_likeness(u, given))):
                w, b = f(x), f(base); k = f"{kind} · \"{p}\" · {name}"
                wins.setdefault(k, []).append(int((w > b).sum())); means.setdefault(k, []).append((w.mean().item(), b.mean().item()))
            own = gallery.keys.index(key)
            known.setdefault(f"{kind} · \"{p}\"", []).append([(nearest(v, gallery.pictures) == own).float().mean().item() for v in (x, base)])
            per[f"{key} · {kind} · \"{p}\""] = {m: wins[f"{kind} · \"{p}\" · {m}"][-1] for m in ("subject", "colour", "layout")}
            if p == prompts[0] and (n + list(KINDS).index(kind)) % 6 == 0: rows.append([ref, *ims[:4], *without[p][0][:2]])
figures = {k: {"seeds won": f"{sum(v)}/{len(v) * a.seeds}", "subjects with at least 9 of 10": f"{sum(w >= .9 * a.seeds for w in v)}/{len(v)}",
               "likeness with": round(float(np.mean([m[0] for m in means[k]])), 3), "without": round(float(np.mean([m[1] for m in means[k]])), 3)} for k, v in wins.items()}
for k, v in known.items():
    w, b = np.mean(v, 0); figures[f"{k} · recognised"] = {"with": round(float(w), 3), "without": round(float(b), 3)}
for k, v in figures.items(): print(k, v)
(out / "references.json").write_text(json.dumps({"scale": a.scale, "seeds": a.seeds, "figures": figures, "seeds won of each subject": per}, indent=1, ensure_ascii=False) + "\n")
from PIL import ImageDraw
sheet = Image.new("RGB", (7 * 132, 18 + len(rows) * 132), "white"); pen = ImageDraw.Draw(sheet)
for x, words in ((0, "reference"), (1, "with it"), (5, "without it, from the same noise")): pen.text((x * 132 + 3, 3), words, fill="black")
for y, r in enumerate(rows):
    for x, im in enumerate(r): sheet.paste(im.resize((128, 128)), (x * 132, 18 + y * 132))
sheet.save(out / "samples-ip.png")
