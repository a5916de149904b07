/** The same step of FLUX.2 klein 4B by other programs: a line in is one, its seconds out. */
import { type Stepper, startStepper } from "../stepper.ts";
import type { RandomKlein } from "./random-klein.ts";

/** One text and a picture of 512 × 512: random numbers of diffusers' own network in bfloat16. */
const DIFFUSERS = `
import sys, time, torch
from diffusers import Flux2Transformer2DModel
torch.set_grad_enabled(False)
with torch.device("meta"):
    model = Flux2Transformer2DModel(in_channels=128, num_layers=5, num_single_layers=20, attention_head_dim=128,
        num_attention_heads=24, joint_attention_dim=7680, guidance_embeds=False)
model = model.to(torch.bfloat16).to_empty(device="cpu").eval()
for p in model.parameters():
    p.uniform_(-0.02, 0.02)
side, text = int(sys.argv[1]) // 16, 512
bf = dict(dtype=torch.bfloat16)
x = dict(hidden_states=torch.randn(1, side * side, 128, **bf), encoder_hidden_states=torch.randn(1, text, 7680, **bf),
    timestep=torch.tensor([0.5], **bf), img_ids=torch.cartesian_prod(torch.zeros(1, dtype=torch.long), torch.arange(side), torch.arange(side), torch.zeros(1, dtype=torch.long))[None],
    txt_ids=torch.cartesian_prod(torch.zeros(1, dtype=torch.long), torch.zeros(1, dtype=torch.long), torch.zeros(1, dtype=torch.long), torch.arange(text))[None], guidance=None, return_dict=False)
print("ready", flush=True)
for _ in sys.stdin:
    start = time.perf_counter(); model(**x); print(time.perf_counter() - start, flush=True)
`;

/** stable-diffusion.cpp stops between two steps until it is told to go on. */
const SD_CPP = `
import os, sys, time
out = os.fdopen(os.dup(1), "w"); os.dup2(2, 1)
from stable_diffusion_cpp import StableDiffusion
side, transformer, text, vae = int(sys.argv[1]), *sys.argv[2:5]
model = StableDiffusion(diffusion_model_path=transformer, llm_path=text, vae_path=vae, enable_mmap=True, verbose=False,
    n_threads=os.cpu_count(), diffusion_flash_attn=True, vae_decode_only=True)
begun = None
def step(done, of, seconds):
    global begun
    if begun is None: print("ready", file=out, flush=True)
    elif done > 0: print(time.perf_counter() - begun, file=out, flush=True)
    if not sys.stdin.readline(): os._exit(0)
    begun = time.perf_counter()
model.generate_image(prompt="a red cat", width=side, height=side, cfg_scale=1.0, sample_steps=20, seed=1, progress_callback=step)
`;

/** Throws Problem "request-invalid" where that Python has no diffusers. */
export const diffusersStep = (python: string, side: number): Promise<Stepper> =>
  startStepper(python, DIFFUSERS, [String(side)], "diffusers");

/** Throws Problem "request-invalid" where that Python has no stable-diffusion-cpp-python. */
export const sdCppStep = (python: string, side: number, { transformer, text, vae }: RandomKlein): Promise<Stepper> =>
  startStepper(python, SD_CPP, [String(side), transformer, text, vae], "stable-diffusion-cpp-python");
