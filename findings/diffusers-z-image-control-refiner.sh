#!/usr/bin/env bash
# diffusers 0.42.1, ControlNets of Z-Image that have something for the refiner, too (Fun ControlNet Union 2.0 and 2.1). VideoX-Fun, which
# trains them (videox_fun/models/z_image_transformer2d_control.py), adds it to the picture behind each block of the transformer's refiner;
# one would expect a ControlNet of which nothing else is left to change the picture. Seen: it changes nothing. diffusers' ControlNet
# refines the picture once more for itself, adds it to that copy, and hands the transformer only what belongs to its layers.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "torch==2.15.0 diffusers==0.42.1 transformers==5.24.0" <<'PY'
import torch
from diffusers import ZImageControlNetModel, ZImageTransformer2DModel
torch.manual_seed(0)
size = {"dim": 24, "n_refiner_layers": 1, "n_heads": 2, "n_kv_heads": 2}
transformer = ZImageTransformer2DModel(in_channels=4, n_layers=2, cap_feat_dim=8, axes_dims=[4, 4, 4], **size)
net = ZImageControlNetModel([0, 1], [0], 9, "control_noise_refiner", **size)
with torch.no_grad():
    for token in (transformer.x_pad_token, transformer.cap_pad_token):
        token.normal_()
    # Zeros to begin with, as in every ControlNet: here all but the refiner's are kept.
    for name, parameter in net.named_parameters():
        if "control_noise_refiner" in name and "_proj" in name:
            parameter.normal_()
    ZImageControlNetModel.from_transformer(net, transformer)
    given = [torch.randn(4, 1, 4, 4)], torch.tensor([0.5]), [torch.randn(5, 8)]
    samples = net(*given, torch.randn(1, 9, 1, 4, 4))
    plain = transformer(*given, return_dict=False)[0][0]
    controlled = transformer(*given, controlnet_block_samples=samples, return_dict=False)[0][0]
print("handed to the layers:", sorted(samples))
print("largest change of the transformer's result:", (controlled - plain).abs().max().item())
assert sorted(samples) == [0, 1] and torch.equal(controlled, plain)
PY
