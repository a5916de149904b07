#!/usr/bin/env bash
# diffusers 0.42.1, AnimateDiff. One would expect a motion module's group norm to treat each frame by itself, as AnimateDiff's own
# code does (animatediff/models/motion_module.py folds the frames into the batch before it), and to have the groups that the
# adapter's `motion_norm_num_groups` names. Seen: UNetMotionModel norms over all frames together, so that a bright last frame
# changes the first one even where the attention over time adds nothing, and takes its groups from the UNet's `norm_num_groups`.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "torch==2.15.0 diffusers==0.42.1 transformers==5.24.0 accelerate==1.15.0" <<'PY'
import torch
from diffusers import MotionAdapter, UNet2DConditionModel, UNetMotionModel

torch.manual_seed(0)
unet = UNet2DConditionModel(
    sample_size=8, block_out_channels=(32, 64), layers_per_block=1, cross_attention_dim=16, attention_head_dim=8, norm_num_groups=8,
    down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"))
adapter = MotionAdapter(block_out_channels=(32, 64), motion_layers_per_block=1, motion_num_attention_heads=4, motion_norm_num_groups=2)
asked = adapter.down_blocks[0].motion_modules[0].norm.num_groups
module = UNetMotionModel.from_unet2d(unet, adapter).down_blocks[0].motion_modules[0]
print("groups of the adapter", asked, "and of the model made with it", module.norm.num_groups)
assert (asked, module.norm.num_groups) == (2, 8)

seen = []
module.norm.register_forward_hook(lambda _, inputs, output: seen.append((inputs[0].shape, output[:, :, 0])))
frames = torch.randn(4, 32, 8, 8)
with torch.no_grad():
    module(frames, num_frames=4)
    frames[3] += 5
    module(frames, num_frames=4)
(shape, before), (_, after) = seen
print("the norm sees", tuple(shape), "and the first frame changes by", float((before - after).abs().max()))
assert tuple(shape) == (1, 32, 4, 8, 8) and (before - after).abs().max() > 0.5
PY
