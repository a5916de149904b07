import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Problem } from "../../shared/problem.ts";
import type { UNetConfig } from "../networks/configs.ts";

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

export interface Diffusers {
  /** One guided step, in seconds. */
  step(): Promise<number>;
  stop(): void;
}

/** Throws Problem "request-invalid" where that Python has no diffusers. */
export async function startDiffusers(python: string, config: UNetConfig): Promise<Diffusers> {
  const child = spawn(python, ["-c", SCRIPT, JSON.stringify(config)]);
  let complaint = "";
  child.stderr.on("data", (text) => {
    complaint = String(text).trim().split("\n").at(-1) ?? "";
  });
  const next = answersOf(child);
  if ((await next()) !== "ready")
    throw new Problem(
      "request-invalid",
      `"${python}" can't run diffusers (${complaint}): give a Python that has torch and diffusers.`,
    );
  return {
    step: async () => {
      child.stdin.write("\n");
      return Number(await next());
    },
    stop: () => child.stdin.end(),
  };
}

/** Line by line; undefined when it has ended or never began. */
function answersOf(child: ChildProcessWithoutNullStreams): () => Promise<string | undefined> {
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const failed = new Promise<undefined>((resolve) => child.once("error", () => resolve(undefined)));
  return async () => Promise.race([lines.next().then(({ value }) => value as string | undefined), failed]);
}
