#!/usr/bin/env bash
# diffusers 0.42.1, Z-Image's guidance scale. ZImagePipeline's documentation says: `w` of equation 2 of the Imagen paper, enabled by
# a scale above 1; so 1 would be no guidance, and w the weight of u + w · (c − u). Seen: it is enabled above 0, and the
# prediction is c + g · (c − u), so a scale of 1 guides as one of 2 does elsewhere.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "torch==2.15.0 diffusers==0.42.1 transformers==5.24.0" <<'PY'
import torch
from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler, ZImagePipeline, ZImageTransformer2DModel
torch.manual_seed(0)
net = ZImageTransformer2DModel(in_channels=4, dim=16, n_layers=1, n_refiner_layers=1, n_heads=1, n_kv_heads=1, cap_feat_dim=8, axes_dims=[4, 6, 6]).eval()
vae = AutoencoderKL(block_out_channels=(4, 4), down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2, norm_num_groups=2)
pipe = ZImagePipeline(FlowMatchEulerDiscreteScheduler(shift=3.0), vae, None, None, net)
pipe.set_progress_bar_config(disable=True)
c, u, noise = torch.randn(5, 8), torch.randn(7, 8), torch.randn(1, 4, 8, 8)

def draw(heard, scale):
    """One step from the noise, whose length is 1: noise − velocity."""
    with torch.no_grad():
        return pipe(prompt_embeds=[heard], negative_prompt_embeds=[u], guidance_scale=scale, num_inference_steps=1, width=16, height=16,
                    latents=noise.clone(), output_type="latent").images
plain, other, one = draw(c, 0.0), draw(u, 0.0), draw(c, 1.0)
print("a scale of 1 is no guidance:", torch.allclose(one, plain, atol=1e-6))
print("it is u + 2 · (c − u):", torch.allclose(one, other + 2 * (plain - other), atol=1e-5))
assert not torch.allclose(one, plain, atol=1e-4) and torch.allclose(one, other + 2 * (plain - other), atol=1e-5)
PY
