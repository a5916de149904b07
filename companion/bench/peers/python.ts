/**
 * The others, in Python. Each script gets the model's folder, the folder of the inputs and one for what it keeps, and answers
 * line by line (program.ts). What a task gives is a function: only that is timed.
 */

/** What all have in common. */
const PRELUDE = `
import json, os, sys, time
from importlib.metadata import version
out = os.fdopen(os.dup(1), "w"); os.dup2(2, 1)
import numpy as np
folder, inputs, kept = sys.argv[1:4]
PROMPT = "a red apple on a wooden table"
DIMS = json.load(open(f"{inputs}/dims.json"))
SIDE = 8 * DIMS["sample"][-1]
ADDED = [name for name in ("text_embeds", "time_ids") if name in DIMS]
read = lambda name: np.fromfile(f"{inputs}/{name}", "<f4").reshape(DIMS[name])
config = lambda name: json.load(open(f"{folder}/{name}"))
def peak():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"): return int(line.split()[1]) * 1024
def serve(tasks, *packages):
    made = ", ".join(f"{name} {version(name)}" for name in packages)
    print(json.dumps({"ready": True, "version": made}), file=out, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if asked["task"] == "memory": answer = {"bytes": peak()}
            else:
                run = tasks(asked["task"], asked["mode"])
                start = time.perf_counter(); result = run(); seconds = time.perf_counter() - start
                answer = result if isinstance(result, dict) else {"seconds": seconds}
                if "output" in asked: result.astype("<f4").tofile(asked["output"])
        except BaseException as error:
            said = str(error).strip().split("\\n")
            answer = {"refused": f"{type(error).__name__}: {said[-1]}".removesuffix(": ")}
        print(json.dumps(answer), file=out, flush=True)
`;

/** Modes: eager, channels-last, bf16; on a card in float16: cuda, cuda-compiled, whose opening is its compiling, too. */
export const PYTORCH = `${PRELUDE}
import torch
from diffusers import DiffusionPipeline
torch.set_grad_enabled(False); torch.manual_seed(0)
pipe, kind = None, None
kind_of = lambda mode: mode if mode.startswith("cuda") else "cpu"
def load(mode):
    global pipe, kind
    pipe, kind = None, kind_of(mode)
    card = kind != "cpu"
    if card and not torch.cuda.is_available(): raise RuntimeError("it finds no card that it can use")
    pipe = DiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float16 if card else torch.float32)
    pipe.set_progress_bar_config(disable=True)
    if card: pipe.to("cuda")
    if kind == "cuda-compiled":
        for part in (pipe.unet, pipe.vae): part.to(memory_format=torch.channels_last)
        pipe.unet = torch.compile(pipe.unet, mode="max-autotune-no-cudagraphs")
        pipe.vae.decode = torch.compile(pipe.vae.decode, mode="max-autotune-no-cudagraphs")
def laid(mode):
    if kind == "cpu":
        for part in (pipe.unet, pipe.vae): part.to(memory_format=torch.channels_last if mode == "channels-last" else torch.contiguous_format)
def work(task, mode):
    device, dtype = pipe.device, pipe.dtype
    given = {name: torch.from_numpy(read(name)).to(device, dtype) for name in ("sample", "encoder_hidden_states", *ADDED)}
    added = {name: given[name] for name in ADDED}
    def run():
        with torch.autocast("cpu", torch.bfloat16, enabled=mode == "bf16"):
            if task == "text": pipe.encode_prompt(prompt=PROMPT, device=device, num_images_per_prompt=1, do_classifier_free_guidance=True, negative_prompt="")
            elif task == "step": return pipe.unet(given["sample"], torch.tensor(500.0, device=device), encoder_hidden_states=given["encoder_hidden_states"], added_cond_kwargs=added).sample.float().cpu().numpy()
            elif task.startswith("decode"):
                side = int(task[6:]) // 8
                pipe.vae.decode(torch.sin(torch.arange(4.0 * side * side)).reshape(1, 4, side, side).to(device, dtype))
            elif task == "turbo": pipe(PROMPT, num_inference_steps=1, guidance_scale=0.0, width=512, height=512, output_type="np")
            else: pipe(PROMPT, num_inference_steps=int(task[7:]), guidance_scale=7.5, width=SIDE, height=SIDE, output_type="np")
        if kind != "cpu": torch.cuda.synchronize()
    return run
def tasks(task, mode):
    if task in ("prepare", "open"):
        def run():
            start = time.perf_counter(); load(mode); laid(mode)
            if kind == "cuda-compiled": work("step", mode)(); work(f"decode{SIDE}", mode)()
            return {"seconds": time.perf_counter() - start, "fresh": True}
        return run
    if kind != kind_of(mode): load(mode)
    laid(mode)
    return work(task, mode)
serve(tasks, "torch", "diffusers")
`;

/**
 * Modes: f32, default. Each part is converted in a process of its own, whose memory is given back: this script once more, with
 * the part's name. Weights of 16 bits are kept in 16 bits, as they come.
 */
export const OPENVINO = `${PRELUDE}
import openvino as ov
place = lambda name: f"{kept}/openvino-{name}.xml"
NAMES = ("unet", "decode", "text", "text_2")[: 4 if ADDED else 3]
def convert(name):
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTextModelWithProjection
    class Part(torch.nn.Module):
        def __init__(self, inner, body): super().__init__(); self.inner, self.body = inner, body
        def forward(self, *x): return self.body(self.inner, *x)
    def load(kind, place): return kind.from_pretrained(folder, subfolder=place, torch_dtype=torch.float32)
    def text(m, ids):
        if not ADDED: return m(ids)[0]
        found = m(ids, output_hidden_states=True)
        return (found.hidden_states[-2], found.text_embeds) if name == "text_2" else found.hidden_states[-2]
    if name == "unet":
        dims = [DIMS["sample"], [], DIMS["encoder_hidden_states"], *(DIMS[name] for name in ADDED)]
        example = [torch.zeros(shape) for shape in dims]
        example[0] = torch.zeros(2, 4, 32, 32)
        part = Part(load(UNet2DConditionModel, "unet"), lambda m, x, t, s, *added: m(x, t, s, added_cond_kwargs=dict(zip(ADDED, added)), return_dict=False)[0])
    elif name == "decode":
        example, dims = (torch.zeros(1, 4, 24, 24),), [[1, 4, -1, -1]]
        part = Part(load(AutoencoderKL, "vae"), lambda m, z: m.decode(z, return_dict=False)[0])
    else:
        example, dims = (torch.zeros(1, 77, dtype=torch.long),), [[1, 77]]
        part = Part(load(CLIPTextModelWithProjection if name == "text_2" else CLIPTextModel, name.replace("text", "text_encoder")), text)
    with torch.no_grad(): model = ov.convert_model(part.eval(), example_input=tuple(example), input=dims)
    half = open(f"{folder}/unet/diffusion_pytorch_model.safetensors", "rb").read(1 << 20).count(b'"F16"') > 0
    ov.save_model(model, place(name), compress_to_fp16=half)
if len(sys.argv) > 4:
    convert(sys.argv[4]); sys.exit()
def converted(name):
    import subprocess
    done = subprocess.run([*sys.orig_argv, name], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode < 0: raise RuntimeError(f"converting was ended by SIG{'KILL' if done.returncode == -9 else -done.returncode}")
    if done.returncode > 0: raise RuntimeError(f"converting: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")
core = ov.Core()
open_ = {}
def compiled(name, mode):
    if (name, mode) not in open_:
        hint = {"INFERENCE_PRECISION_HINT": "f32"} if mode == "f32" else {}
        model = core.read_model(place("decode" if name.startswith("decode") else name))
        if name.startswith("decode"): model.reshape([1, 4, int(name[6:]) // 8, int(name[6:]) // 8])
        open_[name, mode] = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": os.cpu_count(), "PERFORMANCE_HINT": "LATENCY", **hint}).create_infer_request()
    def run(*x):
        found = open_[name, mode].infer(list(x))
        return [found[i] for i in range(len(found))]
    return run
PARTS = tuple(name if name != "decode" else f"decode{SIDE}" for name in NAMES)
TEXTS = [name for name in NAMES if name.startswith("text")]
def tokens(text):
    from transformers import CLIPTokenizer
    return [CLIPTokenizer.from_pretrained(f"{folder}/{name.replace('text', 'tokenizer')}")(text, padding="max_length", truncation=True, max_length=77, return_tensors="np").input_ids.astype(np.int64) for name in TEXTS]
def encoded(mode, text):
    found = [[part.copy() for part in compiled(name, mode)(ids)] for name, ids in zip(TEXTS, tokens(text))]
    return np.concatenate([parts[0] for parts in found], -1), found[-1][-1]
def picture(mode, steps):
    import diffusers, torch
    unet, decode = compiled("unet", mode), compiled(f"decode{SIDE}", mode)
    (negative, pooled_negative), (positive, pooled) = encoded(mode, ""), encoded(mode, PROMPT)
    added = [np.concatenate([pooled_negative, pooled]), read("time_ids")] if ADDED else []
    states = np.concatenate([negative, positive])
    scheduler = getattr(diffusers, config("scheduler/scheduler_config.json")["_class_name"]).from_pretrained(f"{folder}/scheduler")
    scheduler.set_timesteps(steps)
    latent = torch.randn(1, 4, SIDE // 8, SIDE // 8) * scheduler.init_noise_sigma
    for t in scheduler.timesteps:
        seen = scheduler.scale_model_input(latent, t).float().numpy()
        without, with_ = unet(np.concatenate([seen] * 2), np.float32(t), states, *added)[0]
        latent = scheduler.step(torch.from_numpy(without + 7.5 * (with_ - without))[None], t, latent).prev_sample
    decode(latent.float().numpy() / config("vae/config.json")["scaling_factor"])
def tasks(task, mode):
    if task == "prepare":
        missing = [name for name in NAMES if not os.path.exists(place(name))]
        def run():
            start = time.perf_counter()
            for name in missing: converted(name)
            for name in PARTS: compiled(name, mode)
            return {"seconds": time.perf_counter() - start, "fresh": len(missing) > 0}
        return run
    if task == "open":
        for name in PARTS: open_.pop((name, mode), None)
        return lambda: [compiled(name, mode) for name in PARTS] and None
    if task == "text":
        both = [(compiled(name, mode), ids) for text in (PROMPT, "") for name, ids in zip(TEXTS, tokens(text))]
        return lambda: [run(ids) for run, ids in both] and None
    if task == "step":
        run, x = compiled("unet", mode), (read("sample"), np.float32(500), *(read(name) for name in ("encoder_hidden_states", *ADDED)))
        return lambda: run(*x)[0]
    if task.startswith("decode"):
        run, side = compiled(task, mode), int(task[6:]) // 8
        latent = np.sin(np.arange(4 * side * side, dtype=np.float32)).reshape(1, 4, side, side)
        return lambda: run(latent) is None
    if task == "turbo": raise NotImplementedError("its UNet is converted for guided steps")
    return lambda: picture(mode, int(task[7:]))
serve(tasks, "openvino")
`;

/**
 * Modes: q8_0, f16. It makes whole pictures alone; what their parts took is seen as it goes. Of a folder it takes Stable Diffusion
 * XL for 1.x, as its second text encoder's names are lost (stable-diffusion.cpp, src/name_conversion.cpp: "te." before "te.1."). So
 * it is given the parts one by one, and beside them a file whose names say of which family they are (src/model.cpp, get_sd_version).
 */
export const SD_CPP = `${PRELUDE}
from stable_diffusion_cpp import StableDiffusion
model = None
def parts():
    if not ADDED: return {"model_path": folder}
    marks = ("conditioner.embedders.1.mark", "unet.down_blocks.mark", "unet.mid_block.resnets.1.mark")
    head = json.dumps({name: {"dtype": "F16", "shape": [1], "data_offsets": [2 * i, 2 * i + 2]} for i, name in enumerate(marks)}).encode()
    with open(f"{kept}/sdxl.safetensors", "wb") as file: file.write(len(head).to_bytes(8, "little") + head + bytes(2 * len(marks)))
    weights = {"diffusion_model": "unet/diffusion_pytorch_model", "clip_l": "text_encoder/model", "clip_g": "text_encoder_2/model", "vae": "vae/diffusion_pytorch_model"}
    return {"model_path": f"{kept}/sdxl.safetensors", **{f"{part}_path": f"{folder}/{place}.safetensors" for part, place in weights.items()}}
def load(mode):
    global model
    model = None
    start = time.perf_counter()
    model = StableDiffusion(**parts(), wtype=mode, n_threads=os.cpu_count(), verbose=False, vae_decode_only=True)
    if not model.model: raise RuntimeError("it did not open the model")
    return {"seconds": time.perf_counter() - start, "fresh": True}
def picture(steps, side=SIDE, scale=7.5):
    times = []
    start = time.perf_counter()
    model.generate_image(prompt=PROMPT, negative_prompt="", width=side, height=side, cfg_scale=scale, sample_steps=steps, seed=1,
        progress_callback=lambda done, of, seconds: times.append((done, time.perf_counter())))
    end = time.perf_counter()
    steps_at = [at for done, at in times if done <= steps][: steps + 1]
    between = [b - a for a, b in zip(steps_at, steps_at[1:])]
    parts = {"step": between, f"decode{SIDE}": [end - steps_at[-1]]}
    return {"seconds": end - start, **({"parts": parts} if scale > 1 else {})}
def tasks(task, mode):
    if task in ("prepare", "open"): return lambda: load(mode)
    if task.startswith("picture"): return lambda: picture(int(task[7:]))
    if task == "turbo": return lambda: picture(1, 512, 1.0)
    raise NotImplementedError("it makes whole pictures alone")
serve(tasks, "stable_diffusion_cpp_python")
`;
