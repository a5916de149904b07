"""Gives the IP-Adapter its first sense, before train_diffusion.py trains everything together.
   python train_adapter.py --data DIR --weights DIR --image image.safetensors --ckpt adapter.safetensors --minutes 6

The UNet already answers to a subject's name: in each cross attention the name adds something to what the empty prompt
gives. A reference should add the same. So the UNet runs once, forward only, with the name; every layer's image branch
sees that layer's queries and is fitted to the difference between the name's and the empty prompt's attention. No pass
backwards through the UNet is needed, and every layer gets its own target: far cheaper than the diffusion loss. In half
of the rows the UNet goes on with the empty prompt and the image branch, as it will when it draws, so that the branch
learns at the queries that it causes itself. Where the reference is dropped (a zero embedding: the unguided side of
diffusers' guidance) it has to add nothing.
Trains image_proj, to_k_ip and to_v_ip; the encoder, the UNet and the text encoder stay as they are."""
import argparse, json, random, time
from pathlib import Path
import numpy as np
import torch
from safetensors.torch import load_file, save_file
from common import *

ap = argparse.ArgumentParser()
ap.add_argument("--data", required=True); ap.add_argument("--weights", required=True); ap.add_argument("--image", required=True)
ap.add_argument("--ckpt", required=True); ap.add_argument("--minutes", type=float, default=6)
ap.add_argument("--batch", type=int, default=24); ap.add_argument("--lr", type=float, default=2e-3); ap.add_argument("--high-noise", type=float, default=.65)
ap.add_argument("--next", type=float, default=0.1, help="share of the samples that show concepts of next.txt")
ap.add_argument("--device", default="cpu"); ap.add_argument("--threads", type=int, default=1)
ap.add_argument("--rank", type=int, default=0); ap.add_argument("--world", type=int, default=1); ap.add_argument("--sync", type=float, default=5.0); ap.add_argument("--port", type=int, default=29614)
a = ap.parse_args()
dev = a.device
if dev == "cpu": torch.set_num_threads(a.threads)
seed = int(time.time()) + 7919 * a.rank; torch.manual_seed(seed); rng = random.Random(seed)
W = Workers(a.rank, a.world, a.sync, a.port)
from transformers import CLIPTextModel, CLIPTokenizer
D = Path(a.weights)
tok = CLIPTokenizer.from_pretrained(D / "tokenizer")
te = CLIPTextModel.from_pretrained(D / "text_encoder").float().to(dev).eval()
unet = make_unet(); unet.load_state_dict({k: v.float() for k, v in load_file(D / "unet/diffusion_pytorch_model.safetensors").items()})
ie, proj = make_image_encoder(), ImageProj()
start = load_file(a.image)                       # an earlier result of this script goes on
ie.load_state_dict({k[6:]: v for k, v in start.items() if k.startswith("image.")}); proj.load_state_dict({k[5:]: v for k, v in start.items() if k.startswith("proj.")})
for m in (unet, ie, proj): m.to(dev)
unet.eval().requires_grad_(False); ie.eval().requires_grad_(False); unet.to(memory_format=torch.channels_last)


class Lesson(IPAttn):
    """The UNet's own attention, and beside it the comparison of the image branch with what the name adds."""
    def __call__(self, attn, x, encoder_hidden_states=None, **kw):
        h = attn.heads; sp = lambda t: t.view(t.shape[0], -1, h, t.shape[-1] // h).transpose(1, 2)
        attend = lambda src: F.scaled_dot_product_attention(q, sp(attn.to_k(src)), sp(attn.to_v(src)))
        with torch.no_grad():
            q = sp(attn.to_q(x))
            o = attend(x if encoder_hidden_states is None else self.ctx.named)
        if self.cross:
            with torch.no_grad():
                empty = attend(self.ctx.empty.expand(len(x), -1, -1)); aim = o - empty; size = aim.pow(2).mean()
                aim = aim * self.ctx.kept.view(-1, 1, 1, 1)
            got = F.scaled_dot_product_attention(q, sp(self.to_k_ip(self.ctx.tokens)), sp(self.to_v_ip(self.ctx.tokens)))
            self.ctx.losses.append((got - aim).pow(2).mean() / size)
            own = self.ctx.own.view(-1, 1, 1, 1)
            o = torch.where(own, empty + got.detach(), o)
        with torch.no_grad():
            return attn.to_out[0](o.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1))

    forward = __call__


ctx = IPContext()
install_ip(unet, ctx)
for name, p in list(unet.attn_processors.items()):
    p.__class__ = Lesson
    if p.cross:
        m = unet.get_submodule(name[:-len(".processor")])
        p.to_k_ip.weight.data.copy_(m.to_k.weight.data); p.to_v_ip.weight.data.copy_(m.to_v.weight.data)
mine = {k: v for k, v in start.items() if "_ip." in k}
if mine: assert not unet.load_state_dict({k[5:]: v for k, v in mine.items()}, strict=False).unexpected_keys
branch = {f"unet.{n}.{k}": v.requires_grad_(True) for n, p in unet.attn_processors.items() for k, v in p.named_parameters()}
branch |= {f"proj.{k}": v for k, v in proj.named_parameters()}
params = list(branch.values())

icons = json.loads((Path(a.data) / "icons.json").read_text())["icons"]
lat, rows = np.load(Path(a.data) / "latents.npy", mmap_mode="r"), np.load(Path(a.data) / "rows.npy")
refs = torch.from_numpy(np.load(Path(a.data) / "refs.npy"))
same, drawn = {}, {}
for i, ic in enumerate(icons): same.setdefault(ic["key"], []).append(i)
for k, r in enumerate(rows):
    ic = icons[int(r[0])]
    if ic["style"] == "flat" and r[1] < 0 and r[2] == 0: drawn.setdefault(ic["key"], []).append(k)
core, fresh = ((Path(__file__).parent / f).read_text().split() for f in ("core.txt", "next.txt"))
ids = lambda c: tok(c, padding="max_length", truncation=True, max_length=MAX_LEN, return_tensors="pt").input_ids.to(dev)
with torch.no_grad():
    ctx.empty = te(input_ids=ids([""]))[0]
    state = {k: te(input_ids=ids([icons[same[k][0]]["names"][0]]))[0] for k in [*core, *fresh]}
opt = torch.optim.AdamW(params, lr=a.lr, betas=(0.9, 0.99), weight_decay=0.0, fused=True)
lr, ac = WallClockLR(a.lr, a.minutes, 30, t0=W.t0), alphas_cumprod().to(dev); W.average(params)
step, acc, tl, B = 0, [], time.time(), a.batch
while lr.frac() < 1:
    for g in opt.param_groups: g["lr"] = lr(step)
    keys = [rng.choice(fresh if rng.random() < a.next else core) for _ in range(B)]
    x0 = torch.from_numpy(np.stack([lat[rng.choice(drawn[k])] for k in keys])).float().to(dev)
    shown = [rng.choice(same[k]) if rng.random() < .4 else same[k][0] for k in keys]
    ref, _ = reference_views(refs[shown], B, torch.zeros(B))
    u = (torch.randperm(B) + torch.rand(B)) / B; q = 1 - a.high_noise
    t = (torch.where(u < q, u / q * .45, .45 + (u - q) / (1 - q) * .55) * 1000).long().clamp(0, 999).to(dev)
    A = ac[t].view(-1, 1, 1, 1)
    with torch.no_grad(): e = ie(pixel_values=norm_ref(ref.to(dev)))[0]
    ctx.kept, ctx.own = (torch.rand(B) > .12).float().to(dev), (torch.rand(B) < .5).to(dev)
    ctx.tokens, ctx.losses, ctx.named = proj(e * ctx.kept[:, None]), [], torch.cat([state[k] for k in keys])
    unet((A.sqrt() * x0 + (1 - A).sqrt() * torch.randn_like(x0)).contiguous(memory_format=torch.channels_last), t, torch.where(ctx.own[:, None, None], ctx.empty, ctx.named))
    loss = torch.stack(ctx.losses).mean()
    opt.zero_grad(set_to_none=True); loss.backward(); torch.nn.utils.clip_grad_norm_(params, 1.0); opt.step(); step += 1
    W.maybe(params); acc.append([v.item() for v in ctx.losses])
    if a.rank == 0 and time.time() - tl > 30:
        tl = time.time(); print(f"step {step} {step * B / (tl - lr.t0):.0f}/s unexplained share by layer {np.mean(acc, 0).round(3).tolist()} lr {lr(step):.1e}", flush=True); acc = []
W.finish(params, a.minutes * 60)
if a.rank == 0:
    save_file({**{k: v.detach().contiguous() for k, v in branch.items()}, **{f"image.{k}": v.contiguous() for k, v in ie.state_dict().items()}}, a.ckpt)
    print("finished", step * B, "samples a worker")
