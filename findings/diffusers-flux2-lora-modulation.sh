#!/usr/bin/env bash
# diffusers 0.42.1, FLUX.2's last modulation. Black Forest Labs' `final_layer.adaLN_modulation.1` gives shift, then scale; diffusers'
# `norm_out.linear` gives scale, then shift. The converter for whole models exchanges the two halves; one would expect the
# converter for LoRAs to do so with the rows of `lora_B`. Seen: it does not, so a LoRA that changes this layer moves the scale by
# what was learnt for the shift and the other way round, without a word.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "torch==2.15.0 diffusers==0.42.1 transformers==5.24.0 peft==0.21.2" <<'PY'
import torch
from diffusers.loaders.lora_conversion_utils import _convert_non_diffusers_flux2_lora_to_diffusers as convert_lora
from diffusers.loaders.single_file_utils import convert_flux2_transformer_checkpoint_to_diffusers as convert_model
layer, width, rank = "final_layer.adaLN_modulation.1", 4, 2
torch.manual_seed(0)
a, b = torch.randn(rank, width), torch.randn(2 * width, rank)
whole = convert_model({f"{layer}.weight": b @ a})["norm_out.linear.weight"]
lora = convert_lora({f"diffusion_model.{layer}.lora_A.weight": a, f"diffusion_model.{layer}.lora_B.weight": b})
change = lora["transformer.norm_out.linear.lora_B.weight"] @ lora["transformer.norm_out.linear.lora_A.weight"]
exchanged = torch.cat([(b @ a)[width:], (b @ a)[:width]])
print("the model's change is exchanged:", torch.equal(whole, exchanged))
print("the LoRA's change is as it was:", torch.equal(change, b @ a))
assert torch.equal(whole, exchanged) and torch.equal(change, b @ a) and not torch.equal(change, exchanged)
PY
