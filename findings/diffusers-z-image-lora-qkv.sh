#!/usr/bin/env bash
# diffusers 0.42.1, LoRAs of Z-Image made for the original file. There queries, keys and values are one matrix (`attention.qkv`), and
# the first and last layer are called otherwise. The converter for whole models takes them apart and renames them; one would
# expect the converter for LoRAs to do so. Seen: it leaves those names as they are, so that loading warns of "unexpected keys" and goes on without them.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "torch==2.15.0 diffusers==0.42.1 transformers==5.24.0 peft==0.21.2" <<'PY'
import torch
from diffusers.loaders.lora_conversion_utils import _convert_non_diffusers_z_image_lora_to_diffusers as convert_lora
from diffusers.loaders.single_file_utils import convert_z_image_transformer_checkpoint_to_diffusers as convert_model
width, rank = 4, 2
names = {"layers.0.attention.qkv": 3 * width, "x_embedder": width, "final_layer.linear": width}
whole = convert_model({f"{name}.weight": torch.randn(rows, width) for name, rows in names.items()})
lora = {}
for name, rows in names.items():
    lora[f"diffusion_model.{name}.lora_down.weight"] = torch.randn(rank, width)
    lora[f"diffusion_model.{name}.lora_up.weight"] = torch.randn(rows, rank)
changed = sorted({key.removeprefix("transformer.").rsplit(".lora_", 1)[0] for key in convert_lora(lora)})
print("the model's layers:", sorted(key.removesuffix(".weight") for key in whole))
print("the LoRA's:", changed)
assert "layers.0.attention.to_q.weight" in whole and "all_x_embedder.2-1.weight" in whole
assert changed == sorted(names)
PY
