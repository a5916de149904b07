#!/usr/bin/env bash
# DeepCache 0.1.1 with diffusers 0.42.1. One would expect cache_interval=2 to run the inner layers at every second evaluation.
# Seen: with PNDM, Stable Diffusion 1.5's own scheduler, whose list names its second timestep twice, evaluations 1, 2 and 3 all
# reuse what evaluation 0 left: the helper looks an evaluation's number up by its timestep, and finds the first of the two twice.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "torch==2.15.0 diffusers==0.42.1 transformers==5.24.0 accelerate==1.15.0 DeepCache==0.1.1" <<'PY'
from types import SimpleNamespace
import torch
from DeepCache import DeepCacheSDHelper
from diffusers import EulerDiscreteScheduler, PNDMScheduler, UNet2DConditionModel

unet = UNet2DConditionModel(
    sample_size=8, block_out_channels=(32, 64), layers_per_block=2, cross_attention_dim=16, attention_head_dim=8, norm_num_groups=8,
    down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"))
inner = unet.mid_block.forward


def runs(scheduler):
    scheduler.set_timesteps(7)
    seen = []

    def counted(*args, **kwargs):
        seen[-1] = "whole"
        return inner(*args, **kwargs)

    unet.mid_block.forward = counted
    helper = DeepCacheSDHelper(pipe=SimpleNamespace(unet=unet, scheduler=scheduler))
    helper.set_params(cache_interval=2, cache_branch_id=0)
    helper.enable()
    x = torch.zeros(1, 4, 8, 8)
    with torch.no_grad():
        for t in scheduler.timesteps:
            seen.append("cached")
            x = scheduler.step(unet(scheduler.scale_model_input(x, t), t, torch.zeros(1, 3, 16)).sample, t, x).prev_sample
    helper.disable()
    print(type(scheduler).__name__, scheduler.timesteps.tolist(), seen)
    return seen


betas = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", num_train_timesteps=1000, steps_offset=1)
assert runs(EulerDiscreteScheduler(**betas)) == ["whole", "cached"] * 3 + ["whole"]
assert runs(PNDMScheduler(**betas, skip_prk_steps=True)) == ["whole", "cached", "cached", "cached", "whole", "cached", "whole", "cached"]
PY
