/** The same step by other programs: a line in is one, its seconds out. */
import { type Stepper, startStepper } from "../stepper.ts";
import type { RandomFiles } from "./subject.ts";

/** The script that does a step of diffusers' `network()` with `inputs(side)`, side in places, in bfloat16 (`bf`). */
export const stepOf = (definitions: string): string => `
import sys, time, torch
torch.set_grad_enabled(False)
bf = dict(dtype=torch.bfloat16)
${definitions}
with torch.device("meta"):
    model = network()
model = model.to(torch.bfloat16).to_empty(device="cpu").eval()
for p in model.parameters():
    p.uniform_(-0.02, 0.02)
x = inputs(int(sys.argv[1]))
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

/** Throws Problem "request-invalid" where that Python has no diffusers. `side`: in places. */
export const diffusersStep = (python: string, script: string, side: number): Promise<Stepper> =>
  startStepper(python, script, [String(side)], "diffusers");

/** Throws Problem "request-invalid" where that Python has no stable-diffusion-cpp-python. `side`: in pixels. */
export const sdCppStep = (python: string, side: number, { transformer, text, vae }: RandomFiles): Promise<Stepper> =>
  startStepper(python, SD_CPP, [String(side), transformer, text, vae], "stable-diffusion-cpp-python");
