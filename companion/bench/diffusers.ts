import { execFileSync } from "node:child_process";
import { Problem } from "../../shared/problem.ts";
import type { UNetConfig } from "../networks/configs.ts";

/** The same UNet by diffusers, random weights, as many threads as processors; the best of three runs, in seconds. */
const SCRIPT = `
import json, sys, time, torch
from diffusers import UNet2DConditionModel
c = json.loads(sys.argv[1])
heads = c.pop("num_attention_heads")
model = UNet2DConditionModel(**{k: tuple(v) if isinstance(v, list) else v for k, v in c.items()}, attention_head_dim=tuple(heads)).eval()
n = c["sample_size"]
x = torch.randn(2, c["in_channels"], n, n), torch.tensor(500.0), torch.randn(2, 77, c["cross_attention_dim"][0])
times = []
with torch.no_grad():
    for _ in range(3):
        start = time.perf_counter(); model(*x); times.append(time.perf_counter() - start)
print(min(times))
`;

/** Throws Problem "request-invalid" where that Python has no diffusers. */
export function secondsOfDiffusers(python: string, config: UNetConfig): number {
  try {
    const out = execFileSync(python, ["-c", SCRIPT, JSON.stringify(config)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    return Number(out.trim().split("\n").at(-1));
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split("\n")
      .at(-1);
    throw new Problem(
      "request-invalid",
      `"${python}" can't run diffusers (${said}): give a Python that has torch and diffusers.`,
    );
  }
}
