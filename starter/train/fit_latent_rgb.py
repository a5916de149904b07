"""Fits the matrix for step previews: latent channels -> colour, one pixel for eight. Least squares over the training
latents against what the decoder makes of them.   python fit_latent_rgb.py --data DIR --weights DIR [--device cuda]
Writes WEIGHTS/latent_rgb.json: {"factors": [[r,g,b] of each channel], "bias": [r,g,b]}; latent @ factors + bias is in -1..1."""
import argparse, json
from pathlib import Path
import numpy as np
import torch
from common import *

ap = argparse.ArgumentParser()
ap.add_argument("--data", required=True); ap.add_argument("--weights", required=True)
ap.add_argument("--device", default="cpu"); ap.add_argument("--threads", type=int, default=1); ap.add_argument("--count", type=int, default=1200)
a = ap.parse_args()
if a.device == "cpu": torch.set_num_threads(a.threads)
from diffusers import AutoencoderKL
vae = AutoencoderKL.from_pretrained(a.weights, subfolder="vae").float().to(a.device).eval()
lat = np.load(Path(a.data) / "latents.npy", mmap_mode="r")
ids = np.sort(np.random.default_rng(0).choice(len(lat), a.count, replace=False))
X, Y = [], []
with torch.no_grad():
    for part in np.array_split(ids, -(-len(ids) // 24)):
        z = torch.from_numpy(np.array(lat[part])).float().to(a.device)
        rgb = F.avg_pool2d(vae.decode(z / vae.config.scaling_factor).sample.clamp(-1, 1), 8)
        X.append(z.permute(0, 2, 3, 1).reshape(-1, LATENT_CH).cpu()); Y.append(rgb.permute(0, 2, 3, 1).reshape(-1, 3).cpu())
X, Y = torch.cat(X).double(), torch.cat(Y).double()
A = torch.cat([X, torch.ones(len(X), 1)], 1)
M = torch.linalg.lstsq(A, Y).solution
rest = (A @ M - Y).pow(2).mean(0).sqrt(); spread = Y.std(0)
print("rms error", [round(v, 4) for v in rest.tolist()], "spread", [round(v, 4) for v in spread.tolist()])
r = lambda row: [round(v, 5) for v in row]
(Path(a.weights) / "latent_rgb.json").write_text(json.dumps({"factors": [r(row) for row in M[:-1].tolist()], "bias": r(M[-1].tolist())}, indent=1) + "\n")
