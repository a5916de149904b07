"""What do prompts give?  python evaluate_prompts.py --weights DIR --data DIR --out DIR

Drawn by diffusers from the exported files, 15 DDIM steps, guidance 4. For each list of subjects:
recognised   the share of pictures whose nearest flat icon among all of concepts.txt is that very subject, by the grey layout
             (likeness.py, nothing learned) and by the weights' own image encoder
variety      how far two seeds of a prompt are apart: the mean difference of two pictures' channels, in levels of 255
and of the subjects with four seeds or less on each of the named grounds and in four colours:
ground       the median distance of the border's colour from the named one, in levels; from white where none was named
colour       the share of pictures whose hue has the word that was asked for."""
import argparse, itertools, json
from pathlib import Path
import numpy as np
import torch
from PIL import Image, ImageDraw
from common import *
from gallery import Gallery, small, tensor
from likeness import foreground, nearest

ap = argparse.ArgumentParser()
ap.add_argument("--weights", required=True); ap.add_argument("--data", required=True); ap.add_argument("--out", required=True)
ap.add_argument("--lists", default="core,next"); ap.add_argument("--seeds", type=int, default=10); ap.add_argument("--threads", type=int, default=1)
ap.add_argument("--every", type=int, default=1, help="take every n-th subject only")
ap.add_argument("--grounds", type=int, default=8, help="subjects of each list that are asked for on each of the named grounds")
ap.add_argument("--coloured", type=int, default=8, help="subjects that are asked for in each of four colours")
ap.add_argument("--variety-seeds", type=int, default=8)
ap.add_argument("--pictures", action="store_true", help="also write each picture, as pictures/SUBJECT-SEED.png")
ap.add_argument("--bf16", action="store_true", help="faster on CPUs with AMX; the pictures differ a little from fp32's")
a = ap.parse_args()
torch.set_num_threads(a.threads); out = Path(a.out); out.mkdir(parents=True, exist_ok=True)
from diffusers import StableDiffusionPipeline
from diffusers.utils import logging
from transformers import CLIPVisionModelWithProjection
logging.disable_progress_bar()
pipe = StableDiffusionPipeline.from_pretrained(a.weights, torch_dtype=torch.float32); pipe.set_progress_bar_config(disable=True)
encoder = CLIPVisionModelWithProjection.from_pretrained(a.weights, subfolder="image_encoder").float().eval()
gallery = Gallery(Renders(a.data))


@torch.no_grad()
def embed(x):
    return F.normalize(encoder(pixel_values=norm_ref(x)).image_embeds, dim=1)


known = torch.cat([embed(x) for x in gallery.pictures.split(64)])


@torch.no_grad()
def draw(prompt, n, first=0):
    with torch.autocast("cpu", torch.bfloat16, enabled=a.bf16):
        return pipe([prompt] * n, num_inference_steps=15, guidance_scale=4.0, generator=[torch.Generator().manual_seed(first + s) for s in range(n)]).images


def border(picture):
    """The middle colour of the border, 3 levels."""
    x = np.asarray(picture.convert("RGB"))
    return np.median(np.concatenate([x[:2].reshape(-1, 3), x[-2:].reshape(-1, 3), x[:, :2].reshape(-1, 3), x[:, -2:].reshape(-1, 3)]), 0)


off = lambda picture, colour: float(np.sqrt(np.mean((border(picture) - np.array(colour)) ** 2)))
away = lambda x, y: float(np.abs(np.asarray(x.convert("RGB"), dtype=np.float32) - np.asarray(y.convert("RGB"), dtype=np.float32)).mean())


def hue_word(picture):
    x = tensor(picture); f = foreground(x)
    return colour_name((torch.cat([x * f, f], 1)[0] * 255).byte(), 0)


figures, per, rows = {}, {}, []
for name in a.lists.split(","):
    subjects = (Path(__file__).parent / f"{name}.txt").read_text().split()[::a.every]
    shares, white = [], []
    for key in subjects:
        own, ims = gallery.keys.index(key), draw(gallery.names(key)[0], a.seeds)
        x = small(ims); few = ims[:a.variety_seeds]
        shares.append([(nearest(x, gallery.pictures) == own).float().mean().item(), ((embed(x) @ known.T).argmax(1) == own).float().mean().item(),
                       float(np.mean([away(u, v) for u, v in itertools.combinations(few, 2)])) if len(few) > 1 else 0.0])
        white += [off(i, (255,) * 3) for i in ims]; per[key] = [round(v, 2) for v in shares[-1]]
        if a.pictures:
            (out / "pictures").mkdir(exist_ok=True)
            for n, im in enumerate(ims): im.save(out / f"pictures/{key}-{n}.png")
        rows.append((key, ims[:6])); print(key, per[key], flush=True)
    m = np.mean(shares, 0).tolist()
    figures[name] = {"subjects": len(subjects), "recognised by layout": round(m[0], 3), "by the image encoder": round(m[1], 3), "variety": round(m[2], 2), "white ground off by": round(float(np.median(white)), 1)}
    bare = [k for k in subjects if colour_name((gallery.icon(k)[0] * 255).byte(), 0) and k.split("-")[0] not in ("red", "blue")]
    if a.grounds:
        figures[name]["named ground off by"] = round(float(np.median([off(draw(f"{gallery.names(k)[0]}, on {g} background", 1, n)[0], PASTELS[g]) for n, k in enumerate(subjects[:: max(1, len(subjects) // a.grounds)]) for g in PASTELS])), 1)
        figures[name]["white would be off by"] = round(float(np.median([np.sqrt(np.mean((255 - np.array(c)) ** 2.0)) for c in PASTELS.values()])), 1)
    if a.coloured:
        told = [hue_word(draw(f"{w} {gallery.names(k)[0]}", 1, n)[0]) == w for n, k in enumerate(bare[:: max(1, len(bare) // a.coloured)]) for w in ("red", "yellow", "green", "blue")]
        figures[name]["colour as asked"] = round(float(np.mean(told)), 3)
    print(name, figures[name], flush=True)
(out / "prompts.json").write_text(json.dumps({"seeds": a.seeds, "figures": figures, "recognised by layout, by the encoder, variety": per}, indent=1) + "\n")
sheet = Image.new("RGB", (2 * 6 * 68 + 10, ((len(rows) + 1) // 2) * 82), "white"); pen = ImageDraw.Draw(sheet)
for n, (key, ims) in enumerate(rows):
    x0, y0 = (n % 2) * (6 * 68 + 10), (n // 2) * 82
    pen.text((x0 + 2, y0), key, fill="black")
    for k, im in enumerate(ims): sheet.paste(im.resize((66, 66)), (x0 + k * 68, y0 + 14))
sheet.save(out / "prompts.png")
