#!/usr/bin/env bash
# spandrel 0.4.2, SPAN upscalers. A file holds each convolution as the four that it was trained as ("conv.0", "conv.1", "conv.2",
# "sk") and as one of 3x3 ("eval_conv") for use. One would take the latter. Seen: the network makes it anew from the four at
# every call, whatever the file says: other numbers in all "eval_conv" change nothing, other numbers in "sk" do. Files saved in
# the middle of training hold an "eval_conv" that is out of date.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "torch==2.15.0 torchvision spandrel==0.4.2 numpy" <<'PY'
import torch
from spandrel import ModelLoader
from spandrel.architectures.SPAN import SPAN
torch.manual_seed(1)
state = {k: v.clone() for k, v in SPAN(num_in_ch=3, num_out_ch=3, feature_channels=8, upscale=2).state_dict().items()}
x = torch.rand(1, 3, 8, 8)
def enlarged(change):
    changed = {k: change(k, v.clone()) for k, v in state.items()}
    with torch.no_grad():
        return ModelLoader().load_from_state_dict(changed).model.eval()(x)
plain = enlarged(lambda k, v: v)
fused = enlarged(lambda k, v: v * 9 + 1 if "eval_conv" in k else v)
parts = enlarged(lambda k, v: v * 9 + 1 if k.endswith("sk.weight") else v)
print("other eval_conv: largest change", (fused - plain).abs().max().item(), "other sk:", (parts - plain).abs().max().item())
assert torch.equal(fused, plain)
assert not torch.equal(parts, plain)
PY
