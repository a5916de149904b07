#!/usr/bin/env bash
# stable-diffusion-cpp-python 0.4.7 (stable-diffusion.cpp). One would expect a diffusers folder of Stable Diffusion XL, with both text
# encoders, to be opened as such, or a refusal. Seen: it is taken for "SD 1.x", as the names of the second text encoder ("te.1.") are
# rewritten by the rule for the first ("te."), and the weights then have wrong shapes; the same names in one file are SDXL. Nor is the
# caller told: StableDiffusion() gives an object in any case, whose `model` is a null pointer, which is not None.
# Installing it builds the library, which takes some minutes.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "stable-diffusion-cpp-python==0.4.7" <<'PY'
import json, os, struct, subprocess, sys, tempfile

home = tempfile.mkdtemp()

def write(place, shapes):
    """Zeros in a safetensors file, which take no room on the disk."""
    os.makedirs(os.path.dirname(f"{home}/{place}"), exist_ok=True)
    header, end = {}, 0
    for name, shape in shapes.items():
        size = 2
        for side in shape: size *= side
        header[name] = {"dtype": "F16", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    with open(f"{home}/{place}", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + end)

# What tells the family: the UNet's levels, and a text encoder of width 768 with another one of 1280.
unet = {"conv_in.weight": [320, 4, 3, 3], "down_blocks.1.resnets.0.conv1.weight": [640, 320, 3, 3], "mid_block.attentions.0.norm.weight": [1280]}
words = "text_model.embeddings.token_embedding.weight"
first, second = {words: [49408, 768]}, {words: [49408, 1280]}
write("folder/unet/diffusion_pytorch_model.safetensors", unet)
write("folder/text_encoder/model.safetensors", first)
write("folder/text_encoder_2/model.safetensors", second)
write("file/one.safetensors", {
    **{f"model.diffusion_model.{name}": shape for name, shape in unet.items()},
    f"conditioner.embedders.0.transformer.{words}": first[words], f"conditioner.embedders.1.transformer.{words}": second[words],
})

OPEN = "import sys; from stable_diffusion_cpp import StableDiffusion; model = StableDiffusion(model_path=sys.argv[1], verbose=True); print('opened:', bool(model.model), flush=True)"

def said(place):
    done = subprocess.run([sys.executable, "-c", OPEN, f"{home}/{place}"], capture_output=True, text=True, errors="replace")
    lines = (done.stdout + done.stderr).splitlines()
    version = next((line.split("Version:")[1].strip() for line in lines if "Version:" in line), "unknown")
    return version, next((line for line in lines if line.startswith("opened:")), f"ended with {done.returncode}")

for place in ("file/one.safetensors", "folder"):
    print(f"{place}: {said(place)}")
assert said("file/one.safetensors") == ("SDXL", "opened: False"), "a file without its other parts is told otherwise now"
assert said("folder") == ("SD 1.x", "opened: False"), "the folder is taken for what it is now"
PY
