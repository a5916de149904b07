#!/usr/bin/env bash
# diffusers 0.42.1, FlowMatchEulerDiscreteScheduler, the scheduler of FLUX, Qwen-Image and Z-Image. With `shift_terminal` (as
# Qwen-Image's configuration has it) one would expect a single step to run from sigma 1 to 0. Seen: the stretch that moves the
# last sigma to `shift_terminal` divides by one minus that sigma, which is 0 where the first is the last; the only sigma and
# timestep are NaN, with a warning of numpy's and no error. Two steps are well.
set -euo pipefail
. "$(dirname "$0")/python.sh"
in_python "torch==2.15.0 diffusers==0.42.1 numpy" <<'PY'
import math
from diffusers import FlowMatchEulerDiscreteScheduler
def sigmas(steps):
    scheduler = FlowMatchEulerDiscreteScheduler(shift_terminal=0.02, use_dynamic_shifting=True)
    scheduler.set_timesteps(steps, mu=1.0)
    return scheduler.sigmas.tolist(), scheduler.timesteps.tolist()
one, two = sigmas(1), sigmas(2)
print("one step:", one, "two steps:", two)
assert math.isnan(one[0][0]) and math.isnan(one[1][0])
assert not any(math.isnan(value) for value in two[0] + two[1])
PY
