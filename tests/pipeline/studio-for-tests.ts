/** A studio on the CPU with the starter model, and small requests for it. */
import path from "node:path";
import type { GenerateResult, PipelineEvent, Trace } from "../../companion/pipeline/events.ts";
import { generate } from "../../companion/pipeline/generate.ts";
import { openStudio, type PipelineStudio } from "../../companion/pipeline/open-studio.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { Problem } from "../../shared/problem.ts";
import { type GenerateRequest, REQUEST_DEFAULTS } from "../../shared/request.ts";

export const STARTER = path.resolve(__dirname, "../../starter/weights");

/** Names are the paths in `places`; "starter" is always one. */
export function openTestStudio(memoryBudget?: number, places: Record<string, string> = {}): PipelineStudio {
  const known: Record<string, string> = { starter: STARTER, ...places };
  const resolve = (name: string) => {
    const place = known[name];
    if (place === undefined) throw new Problem("model-not-found", `There is no model "${name}".`);
    return place;
  };
  return openStudio({ device: cpuDevice(), library: { resolve }, memoryBudget });
}

export const request = (fields: Partial<GenerateRequest> = {}): GenerateRequest => ({
  ...REQUEST_DEFAULTS,
  ...{ model: "starter", prompt: "red apple", seed: 3, steps: 2, guidanceScale: 4, width: 64, height: 64 },
  ...fields,
});

/** For a model that takes "picture" apart, without guidance. */
export const splitRequest = (fields: Partial<GenerateRequest> = {}): GenerateRequest => ({
  ...REQUEST_DEFAULTS,
  ...{ model: "layered", prompt: "a red cat", seed: 3, steps: 2, guidanceScale: 1, image: "picture" },
  split: { layers: 2, resolution: 640, normalize: false },
  ...fields,
});

/** Runs to the end. */
export async function paint(
  studio: PipelineStudio,
  wanted: GenerateRequest,
  images: Record<string, Uint8Array> = {},
  level = 0,
): Promise<{ events: PipelineEvent[]; result: GenerateResult; trace: Trace }> {
  const trace: Trace = new Map();
  const events: PipelineEvent[] = [];
  const run = generate(wanted, new Map(Object.entries(images)), studio, { trace, level });
  for (;;) {
    const { value, done } = await run.next();
    if (done) return { events, result: value, trace };
    events.push(value);
  }
}
