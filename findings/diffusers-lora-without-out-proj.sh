#!/usr/bin/env bash
# diffusers 0.42.1, transformers 5.24.0, peft 0.21.2. One would expect a LoRA in kohya's spelling to change each layer that it names.
# Seen: how the text encoder's part is spelled is guessed from one key, `out_proj`. Where a file trains queries, keys, values and the
# feed-forward layers but not `out_proj`, the three are left out without an error (a report lists them as unexpected), the
# feed-forward layers are changed, and the result is neither that of the file nor that without it. With `out_proj` all is right.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "diffusers==0.42.1 transformers==5.24.0 peft==0.21.2 torch==2.15.0 accelerate safetensors numpy" <<'PY'
import copy, os, tempfile
import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

torch.manual_seed(0)
config = CLIPTextConfig(
    hidden_size=32, intermediate_size=37, num_attention_heads=4, num_hidden_layers=2, vocab_size=1000, bos_token_id=0, eos_token_id=1,
)
unet = UNet2DConditionModel(
    block_out_channels=(32, 64), layers_per_block=1, sample_size=16, cross_attention_dim=32, norm_num_groups=8,
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
)
pipe = StableDiffusionPipeline(
    text_encoder=CLIPTextModel(config), unet=unet, vae=AutoencoderKL(block_out_channels=(32,), norm_num_groups=8), tokenizer=None,
    scheduler=DDIMScheduler(), safety_checker=None, feature_extractor=None, requires_safety_checker=False,
)
own = copy.deepcopy(pipe.text_encoder.state_dict())
ids = torch.arange(2, 12)[None]
state = lambda encoder: encoder(ids)[0].detach()

def far(attention):
    shapes = {"mlp_fc1": (37, 32), "mlp_fc2": (32, 37), **{f"self_attn_{name}": (32, 32) for name in attention}}
    layers = {f"lora_te_text_model_encoder_layers_{i}_{name}": shape for i in (0, 1) for name, shape in shapes.items()}
    layers["lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q"] = (64, 64)
    file = {}
    for layer, (out, width) in layers.items():
        file |= {f"{layer}.lora_down.weight": torch.randn(4, width), f"{layer}.lora_up.weight": torch.randn(out, 4), f"{layer}.alpha": torch.tensor(4.0)}
    right = CLIPTextModel(config)
    right.load_state_dict(own)
    modules = dict(right.named_modules())
    for layer in layers:
        if layer.startswith("lora_te_"):
            path = layer.removeprefix("lora_te_text_model_").replace("layers_", "layers.").replace("_self_attn_", ".self_attn.").replace("_mlp_", ".mlp.")
            path = path.replace("encoder_", "encoder.")
            modules[path].weight.data += file[f"{layer}.lora_up.weight"] @ file[f"{layer}.lora_down.weight"]
    with tempfile.TemporaryDirectory() as folder:
        save_file(file, os.path.join(folder, "lora.safetensors"))
        pipe.load_lora_weights(folder, weight_name="lora.safetensors")
    off = (state(pipe.text_encoder) - state(right)).abs().max().item()
    layers = {name.split(".lora")[0].rsplit(".", 1)[-1] for name, _ in pipe.text_encoder.named_parameters() if "lora" in name}
    pipe.unload_lora_weights()
    return off, sorted(layers)

without, used = far(["q_proj", "k_proj", "v_proj"])
whole, all_used = far(["q_proj", "k_proj", "v_proj", "out_proj"])
print(f"without out_proj: {used} are changed, {without:.2g} away from the definition")
print(f"with out_proj: {all_used}, {whole:.2g} away")
assert used == ["fc1", "fc2"] and without > 0.1 and len(all_used) == 6 and whole < 1e-3
PY
