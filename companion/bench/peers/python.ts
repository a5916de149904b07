/**
 * The others, in Python. Each script gets the model's folder, the folder of the inputs and one for what it keeps, and answers
 * line by line (program.ts). What a task gives is a function: only that is timed.
 */

/** What all have in common. */
const PRELUDE = `
import json, os, sys, time
out = os.fdopen(os.dup(1), "w"); os.dup2(2, 1)
folder, inputs, kept = sys.argv[1:4]
PROMPT = "a red apple on a wooden table"
def peak():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"): return int(line.split()[1]) * 1024
def serve(tasks):
    print(json.dumps({"ready": True}), file=out, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if asked["task"] == "memory": answer = {"bytes": peak()}
            else:
                run = tasks(asked["task"], asked["mode"])
                start = time.perf_counter(); result = run(); seconds = time.perf_counter() - start
                answer = result if isinstance(result, dict) else {"seconds": seconds}
                if "output" in asked: result.astype("<f4").tofile(asked["output"])
        except Exception as error:
            answer = {"refused": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=out, flush=True)
`;

/** Modes: eager, channels-last, bf16. */
export const PYTORCH = `${PRELUDE}
import numpy as np, torch
from diffusers import StableDiffusionPipeline
torch.set_grad_enabled(False); torch.manual_seed(0)
read = lambda name, *dims: torch.from_numpy(np.fromfile(f"{inputs}/{name}", "<f4").reshape(dims))
pipe = None
def load():
    global pipe
    pipe = StableDiffusionPipeline.from_pretrained(folder, safety_checker=None, feature_extractor=None, requires_safety_checker=False, torch_dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
def laid(mode):
    for part in (pipe.unet, pipe.vae): part.to(memory_format=torch.channels_last if mode == "channels-last" else torch.contiguous_format)
def tasks(task, mode):
    if task in ("prepare", "open"):
        def run():
            load(); laid(mode)
            if task == "prepare": return {"seconds": time.perf_counter() - start, "fresh": True}
        start = time.perf_counter()
        return run
    laid(mode)
    sample, states = read("sample", 2, 4, 64, 64), read("states", 2, 77, 768)
    def run():
        with torch.autocast("cpu", torch.bfloat16, enabled=mode == "bf16"):
            if task == "text": pipe.encode_prompt(PROMPT, "cpu", 1, True, "")
            elif task == "step": return pipe.unet(sample, torch.tensor(500.0), encoder_hidden_states=states).sample.float().numpy()
            elif task.startswith("decode"):
                side = int(task[6:]) // 8
                pipe.vae.decode(torch.sin(torch.arange(4.0 * side * side)).reshape(1, 4, side, side))
            else: pipe(PROMPT, num_inference_steps=int(task[7:]), guidance_scale=7.5, width=512, height=512, output_type="np")
    return run
serve(tasks)
`;

/** Modes: f32, default. */
export const OPENVINO = `${PRELUDE}
import numpy as np, openvino as ov
core, place = ov.Core(), lambda name: f"{kept}/openvino-{name}.xml"
read = lambda name, *dims: np.fromfile(f"{inputs}/{name}", "<f4").reshape(dims)
NAMES = ("unet", "decode", "text")
def convert():
    import torch
    from diffusers import StableDiffusionPipeline
    pipe = StableDiffusionPipeline.from_pretrained(folder, safety_checker=None, feature_extractor=None, requires_safety_checker=False, torch_dtype=torch.float32)
    class Part(torch.nn.Module):
        def __init__(self, inner, body): super().__init__(); self.inner, self.body = inner, body
        def forward(self, *x): return self.body(self.inner, *x)
    decode = Part(pipe.vae, lambda m, z: m.decode(z, return_dict=False)[0])
    parts = {
        "unet": (Part(pipe.unet, lambda m, x, t, s: m(x, t, s, return_dict=False)[0]), (torch.zeros(2, 4, 64, 64), torch.tensor(500.0), torch.zeros(2, 77, 768)), [[2, 4, 64, 64], [], [2, 77, 768]]),
        "decode": (decode, (torch.zeros(1, 4, 24, 24),), [[1, 4, -1, -1]]),
        "text": (Part(pipe.text_encoder, lambda m, ids: m(ids)[0]), (torch.zeros(1, 77, dtype=torch.long),), [[1, 77]]),
    }
    for name, (module, example, dims) in parts.items():
        if os.path.exists(place(name)): continue
        with torch.no_grad(): model = ov.convert_model(module.eval(), example_input=example, input=dims)
        ov.save_model(model, place(name), compress_to_fp16=False)
open_ = {}
def compiled(name, mode):
    if (name, mode) not in open_:
        hint = {"INFERENCE_PRECISION_HINT": "f32"} if mode == "f32" else {}
        model = core.read_model(place("decode" if name.startswith("decode") else name))
        if name.startswith("decode"): model.reshape([1, 4, int(name[6:]) // 8, int(name[6:]) // 8])
        open_[name, mode] = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": os.cpu_count(), "PERFORMANCE_HINT": "LATENCY", **hint}).create_infer_request()
    return lambda *x: open_[name, mode].infer(list(x))[0]
def tokens(text):
    from transformers import CLIPTokenizer
    return CLIPTokenizer.from_pretrained(f"{folder}/tokenizer")(text, padding="max_length", truncation=True, max_length=77, return_tensors="np").input_ids.astype(np.int64)
def picture(mode, steps):
    from diffusers import DDIMScheduler
    text, unet, decode = (compiled(name, mode) for name in ("text", "unet", "decode512"))
    states = np.concatenate([text(tokens("")).copy(), text(tokens(PROMPT)).copy()])
    import torch
    scheduler = DDIMScheduler.from_pretrained(f"{folder}/scheduler"); scheduler.set_timesteps(steps)
    latent = torch.randn(1, 4, 64, 64)
    for t in scheduler.timesteps:
        without, with_ = unet(np.concatenate([latent.numpy()] * 2), np.float32(t), states)
        latent = scheduler.step(torch.from_numpy(without + 7.5 * (with_ - without))[None], t, latent).prev_sample
    decode(latent.numpy() / 0.18215)
def tasks(task, mode):
    if task == "prepare":
        fresh = not all(os.path.exists(place(name)) for name in NAMES)
        def run():
            start = time.perf_counter(); convert()
            for name in ("text", "unet", "decode512"): compiled(name, mode)
            return {"seconds": time.perf_counter() - start, "fresh": fresh}
        return run
    if task == "open":
        for name in ("text", "unet", "decode512"): open_.pop((name, mode), None)
        return lambda: [compiled(name, mode) for name in ("text", "unet", "decode512")] and None
    if task == "text":
        run, texts = compiled("text", mode), [tokens(PROMPT), tokens("")]
        return lambda: [run(ids) for ids in texts] and None
    if task == "step":
        run, x = compiled("unet", mode), (read("sample", 2, 4, 64, 64), np.float32(500), read("states", 2, 77, 768))
        return lambda: run(*x)
    if task.startswith("decode"):
        run, side = compiled(task, mode), int(task[6:]) // 8
        latent = np.sin(np.arange(4 * side * side, dtype=np.float32)).reshape(1, 4, side, side)
        return lambda: run(latent) is None
    return lambda: picture(mode, int(task[7:]))
serve(tasks)
`;

/** Modes: q8_0, f16. It makes whole pictures alone; what their parts took is seen as it goes. */
export const SD_CPP = `${PRELUDE}
from stable_diffusion_cpp import StableDiffusion
model = None
def load(mode):
    global model
    start = time.perf_counter()
    model = StableDiffusion(model_path=folder, wtype=mode, n_threads=os.cpu_count(), verbose=False, vae_decode_only=True)
    return {"seconds": time.perf_counter() - start, "fresh": True}
def picture(steps):
    times = []
    start = time.perf_counter()
    model.generate_image(prompt=PROMPT, negative_prompt="", width=512, height=512, cfg_scale=7.5, sample_steps=steps, seed=1,
        progress_callback=lambda done, of, seconds: times.append((done, time.perf_counter())))
    end = time.perf_counter()
    steps_at = [at for done, at in times if done <= steps][: steps + 1]
    between = [b - a for a, b in zip(steps_at, steps_at[1:])]
    return {"seconds": end - start, "parts": {"step": between, "decode512": [end - steps_at[-1]]}}
def tasks(task, mode):
    if task in ("prepare", "open"): return lambda: load(mode)
    if task.startswith("picture"): return lambda: picture(int(task[7:]))
    raise NotImplementedError("it makes whole pictures alone")
serve(tasks)
`;
