import type { UNetConfig } from "../networks/configs.ts";
import { type Stepper, startStepper } from "./stepper.ts";

/** The same UNet by diffusers, random weights, as many threads as processors; a line in is a guided step, its seconds out. */
const SCRIPT = `
import json, sys, time, torch
from diffusers import UNet2DConditionModel
c = json.loads(sys.argv[1])
heads = c.pop("num_attention_heads")
model = UNet2DConditionModel(**{k: tuple(v) if isinstance(v, list) else v for k, v in c.items()}, attention_head_dim=tuple(heads)).eval()
n = c["sample_size"]
x = torch.randn(2, c["in_channels"], n, n), torch.tensor(500.0), torch.randn(2, 77, c["cross_attention_dim"][0])
print("ready", flush=True)
with torch.no_grad():
    for _ in sys.stdin:
        start = time.perf_counter(); model(*x); print(time.perf_counter() - start, flush=True)
`;

/** Throws Problem "request-invalid" where that Python has no diffusers. */
export const startDiffusers = (python: string, config: UNetConfig): Promise<Stepper> =>
  startStepper(python, SCRIPT, [JSON.stringify(config)], "torch and diffusers");
