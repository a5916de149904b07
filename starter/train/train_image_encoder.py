"""Trains the image encoder and the image projection against the trained text encoder, before any diffusion training.
   python train_image_encoder.py --data DIR --weights DIR --ckpt image.safetensors --minutes 15 [--resume] [--device cuda]

Left to the diffusion loss alone the encoder collapses: all pictures get one embedding. Here it has tasks that need no
UNet: name the subject whatever its style, pose, hue and background; say what colours lie where; and give four tokens that
equal the states that the text encoder has for the subject's caption (first word, end, first and last padding)."""
import argparse, json, random, time
from pathlib import Path
import numpy as np
import torch
import torch.nn as nn
from safetensors.torch import load_file, save_file
from common import *

ap = argparse.ArgumentParser()
ap.add_argument("--data", required=True); ap.add_argument("--weights", required=True, help="exported folder: text encoder and tokenizer")
ap.add_argument("--ckpt", required=True); ap.add_argument("--minutes", type=float, default=15)
ap.add_argument("--batch", type=int, default=32); ap.add_argument("--lr", type=float, default=1e-3)
ap.add_argument("--core", type=float, default=30.0, help="sampling weight of the subjects in core.txt and next.txt (others: tier A 2, tier B 1)")
ap.add_argument("--resume", action="store_true"); ap.add_argument("--device", default="cpu"); ap.add_argument("--threads", type=int, default=1)
ap.add_argument("--rank", type=int, default=0); ap.add_argument("--world", type=int, default=1); ap.add_argument("--sync", type=float, default=4.0); ap.add_argument("--port", type=int, default=29613)
a = ap.parse_args()
if a.device == "cpu": torch.set_num_threads(a.threads)
seed = int(time.time()) + 7919 * a.rank; torch.manual_seed(seed); rng = random.Random(seed); nrng = np.random.default_rng(seed)
W = Workers(a.rank, a.world, a.sync, a.port)
from transformers import CLIPTextModel, CLIPTokenizer
tok = CLIPTokenizer.from_pretrained(Path(a.weights) / "tokenizer")
te = CLIPTextModel.from_pretrained(Path(a.weights) / "text_encoder").float().eval()
icons = json.loads((Path(a.data) / "icons.json").read_text())["icons"]
refs = torch.from_numpy(np.load(Path(a.data) / "refs.npy")).to(a.device)
core = {k for f in ("core.txt", "next.txt") for k in (Path(__file__).parent / f).read_text().split()}
keys = sorted({i["key"] for i in icons}); label = torch.tensor([keys.index(i["key"]) for i in icons], device=a.device)
weight = np.array([a.core if i["key"] in core else 2.0 if i["tier"] == "A" else 1.0 for i in icons]); weight /= weight.sum()
known = torch.tensor([1.0 if i["key"] in core else 0.1 for i in icons], device=a.device)   # captions that the UNet answers to


@torch.no_grad()
def caption_states():
    ids = tok([i["names"][0] for i in icons], padding="max_length", truncation=True, max_length=MAX_LEN, return_tensors="pt").input_ids
    h = torch.cat([te(input_ids=x)[0] for x in ids.split(64)])
    end = (ids == tok.eos_token_id).int().argmax(1); n = torch.arange(len(ids))
    return torch.stack([h[n, 1], h[n, end], h[n, (end + 1).clamp(max=MAX_LEN - 1)], h[:, -1]], 1).to(a.device)


targets = caption_states()
ie, proj = make_image_encoder(), ImageProj()
name, look = nn.Linear(192, len(keys)), nn.Linear(192, 3 * 8 * 8)
pooled, patch = nn.Linear(192, len(keys)), nn.Linear(192, 3)      # the same two questions to the patches: features form sooner
mods = nn.ModuleDict({"image": ie, "proj": proj, "name": name, "look": look, "pooled": pooled, "patch": patch}).to(a.device)
with torch.no_grad():
    nn.init.normal_(ie.vision_model.embeddings.position_embedding.weight, std=0.2)   # see make_text_encoder: 0.02 is drowned
    for n, p in ie.named_parameters():
        if "q_proj.weight" in n or "k_proj.weight" in n or "v_proj.weight" in n: p.mul_(2.0)
    proj.norm.bias.copy_(targets.mean((0, 1))); proj.norm.weight.copy_(targets.std((0, 1)))
if a.resume: mods.load_state_dict(load_file(a.ckpt))
params = list(mods.parameters())
opt = torch.optim.AdamW(params, lr=a.lr, betas=(0.9, 0.98), weight_decay=0.02, fused=True)
lr = WallClockLR(a.lr, a.minutes, 150, t0=W.t0); W.average(params)


def batch(n):
    ids = torch.from_numpy(nrng.choice(len(icons), n, p=weight)).to(a.device)
    ref, clean = reference_views(refs[ids], n)
    return ids, norm_ref(ref), clean


def losses(ids, x, clean):
    out = ie(pixel_values=x)
    e, patches = out.image_embeds, out.last_hidden_state[:, 1:]
    logits = name(F.layer_norm(e, e.shape[-1:]))
    ce = F.cross_entropy(logits, label[ids])
    pool = F.cross_entropy(pooled(F.layer_norm(patches.mean(1), e.shape[-1:])), label[ids])
    local = F.l1_loss(patch(patches), F.adaptive_avg_pool2d(x, 8).flatten(2).transpose(1, 2))
    seen = F.l1_loss(look(e).view(-1, 3, 8, 8), clean)
    per = F.mse_loss(proj(e), targets[ids], reduction="none").mean((1, 2))
    same = (per * known[ids]).sum() / known[ids].sum()
    return ce + 0.5 * pool + 0.5 * local + 4 * seen + same, (ce, seen, same, (logits.argmax(1) == label[ids]).float().mean(), pool, local)


step, t0, tl, acc = 0, time.time(), time.time(), []
mods.train()
while lr.frac() < 1:
    for g in opt.param_groups: g["lr"] = lr(step)
    with torch.autocast(a.device, torch.bfloat16, enabled=a.device == "cuda"):
        loss, parts = losses(*batch(a.batch))
    opt.zero_grad(set_to_none=True); loss.backward(); nn.utils.clip_grad_norm_(params, 1.0); opt.step(); step += 1
    W.maybe(params); acc.append([p.item() for p in parts])
    if a.rank == 0 and (time.time() - tl > 45 or step == 10):
        m = np.mean(acc, 0); acc = []; tl = time.time()
        print(f"step {step} {step * a.batch / (tl - t0):.0f}/s  name {m[0]:.3f} ({m[3]:.1%})  look {m[1]:.4f}  patches {m[4]:.3f} {m[5]:.3f}  tokens {m[2]:.3f}  lr {lr(step):.1e}", flush=True)
        save_file({k: v.contiguous() for k, v in mods.state_dict().items()}, a.ckpt)
W.finish(params, a.minutes * 60)
if a.rank == 0:
    save_file({k: v.contiguous() for k, v in mods.state_dict().items()}, a.ckpt)
    print("finished", step * a.batch, "pictures a worker", f"{(time.time() - t0) / 60:.1f} min")
