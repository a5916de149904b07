#!/usr/bin/env bash
# diffusers 0.42.1, QwenImageLayeredPipeline with num_images_per_prompt=2 and layers=2. One would expect two pictures of two layers each, the
# second like the picture that its noise makes alone. Seen: the first has three layers, of which the last belongs to the second picture,
# and the second has one. The latent has one more frame than there are layers (the whole picture's), which is left out before decoding,
# but what was decoded is still counted with it (pipelines/qwenimage/pipeline_qwenimage_layered.py, behind "remove the first frame").
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "torch==2.15.0 torchvision==0.29.2 diffusers==0.42.1 transformers==5.24.0 pillow==13.0.0" <<'PY'
import torch
from diffusers import AutoencoderKLQwenImage, FlowMatchEulerDiscreteScheduler, QwenImageLayeredPipeline, QwenImageTransformer2DModel
from PIL import Image

class NoText(torch.nn.Module):
    """The prompt is given as numbers."""
    dtype, device = torch.float32, torch.device("cpu")

torch.manual_seed(0)
transformer = QwenImageTransformer2DModel(
    in_channels=64, out_channels=16, num_layers=1, attention_head_dim=16, num_attention_heads=2, joint_attention_dim=8,
    axes_dims_rope=(4, 6, 6), use_additional_t_cond=True, use_layer3d_rope=True,
)
vae = AutoencoderKLQwenImage(
    base_dim=4, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True], input_channels=4,
)
scheduler = FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True)
pipe = QwenImageLayeredPipeline(scheduler=scheduler, vae=vae, text_encoder=NoText(), tokenizer=None, processor=None, transformer=transformer)
pipe.set_progress_bar_config(disable=True)
noise = torch.randn(2, 3, 16, 80, 80)

def layers_of(noise):
    count = len(noise)
    packed = pipe._pack_latents(noise, count, 16, 80, 80, 3)
    given = {"prompt_embeds": torch.ones(1, 4, 8), "prompt_embeds_mask": torch.ones(1, 4, dtype=torch.long)}
    return pipe(
        Image.new("RGBA", (640, 640), "red"), "red", layers=2, num_images_per_prompt=count, num_inference_steps=1, true_cfg_scale=1.0,
        latents=packed, output_type="pt", **given,
    ).images

together = layers_of(noise)
first, second = layers_of(noise[:1])[0], layers_of(noise[1:])[0]
print("layers of each picture, both at once:", [len(one) for one in together], "- one by one:", [len(first), len(second)])
last = (together[0][2] - second[0]).abs().max().item()
print(f"the first's third layer is the second's first one to within {last:.1e}")
assert [len(one) for one in together] == [3, 1] and last < 1e-3
PY
