"""Draws, by diffusers in float32, the pictures that tests/starter compares Underpaint's own with.
   python draw_expected.py --weights DIR --out ../../tests/starter/expected"""
import argparse
from pathlib import Path
import torch
from diffusers import StableDiffusionPipeline
from PIL import Image

ap = argparse.ArgumentParser()
ap.add_argument("--weights", required=True); ap.add_argument("--out", required=True)
a = ap.parse_args()
torch.set_num_threads(1); out = Path(a.out); out.mkdir(parents=True, exist_ok=True)
pipe = StableDiffusionPipeline.from_pretrained(a.weights, torch_dtype=torch.float32); pipe.set_progress_bar_config(disable=True)


def draw(prompt, seed, **more):
    return pipe(prompt, num_inference_steps=15, guidance_scale=4.0, generator=torch.Generator().manual_seed(seed), **more).images[0]


for prompt, seed in (("red apple", 1), ("fox", 2)): draw(prompt, seed).save(out / f"{prompt.replace(' ', '-')}.png", optimize=True)
pipe.load_ip_adapter(a.weights, subfolder="ip_adapter", weight_name="ip-adapter.safetensors", image_encoder_folder="image_encoder")
pipe.to(torch.float32); pipe.set_ip_adapter_scale(1.0)
draw("icon", 3, ip_adapter_image=[Image.open(out / "red-apple.png")]).save(out / "icon-like-red-apple.png", optimize=True)
