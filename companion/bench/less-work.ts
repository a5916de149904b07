/** Whole pictures with work left out, in turns with the exact one: how long each takes, and how far it is from it. */
import type { GenerateRequest } from "../../shared/request.ts";
import { parseRequest } from "../../shared/validate.ts";
import type { Trace } from "../pipeline/events.ts";
import { generate } from "../pipeline/generate.ts";
import { openStudio, type PipelineStudio } from "../pipeline/open-studio.ts";
import type { Device } from "../runtime/device.ts";
import { integersAreRight } from "../runtime/integers.ts";
import type { Tensor } from "../tensor.ts";
import { clock, report } from "./report.ts";

const STEPS = 20;
const INTERVAL = { guidanceInterval: { start: 0.2, end: 0.8 } };
const CACHE = { deepCache: { interval: 3, branch: 0 } };
const RARER = { deepCache: { interval: 5, branch: 0 } };
const FAST = { quantize: "int8" } as const;

type Choice = Partial<Pick<GenerateRequest, "guidanceInterval" | "deepCache" | "quantize">>;

const CHOICES: readonly (readonly [name: string, choice: Choice])[] = [
  ["exact", {}],
  ["guidance from 20 to 80 %", INTERVAL],
  ["inner layers every 3rd step", CACHE],
  ["fast", FAST],
  ["fast, inner layers every 3rd step", { ...FAST, ...CACHE }],
  ["fast, inner layers every 5th step", { ...FAST, ...RARER }],
  ["fast, inner layers every 3rd step, guidance from 20 to 80 %", { ...FAST, ...CACHE, ...INTERVAL }],
];

/** Resolves to the exit code. `side`: of the picture, pixels; default the model's own. `narrowFolder`: for rounded weights. */
export async function runLessWork(
  place: string,
  device: Device,
  { side, narrowFolder }: { readonly side: number | undefined; readonly narrowFolder: string },
): Promise<number> {
  const studio = openStudio({ device, library: { resolve: () => place }, names: "paths", narrowFolder });
  try {
    const { nativeSize } = await studio.openModel(place);
    const size = { width: side ?? nativeSize, height: side ?? nativeSize };
    const right = await integersAreRight();
    let exact: Picture | undefined;
    for (const [name, choice] of CHOICES.filter(([, { quantize }]) => right || quantize === undefined)) {
      // Rounding weights and opening networks is done before, as for a designer's second picture.
      await paint(studio, place, { ...size, ...choice, steps: 1 });
      const made = await paint(studio, place, { ...size, ...choice, steps: STEPS });
      exact ??= made;
      const ratio = `${(exact.seconds / made.seconds).toFixed(2)} ×`;
      report(`${STEPS} steps, ${name}`, `${made.seconds.toFixed(1)} s, ${ratio}${apart(made, exact)}`);
    }
    return 0;
  } finally {
    await studio.close();
  }
}

interface Picture {
  readonly seconds: number;
  /** [1, 3, H, W], 0 … 1 */
  readonly image: Tensor;
  /** The finished one. */
  readonly latent: Tensor;
}

async function paint(studio: PipelineStudio, model: string, fields: Partial<GenerateRequest>): Promise<Picture> {
  const prompt = "red apple, flat icon";
  const request = parseRequest({ ...fields, model, prompt, seed: 421, guidanceScale: 5 });
  const trace: Trace = new Map();
  const [, seconds] = await clock(async () => {
    for await (const _ of generate(request, new Map(), studio, { trace })) void _;
  });
  const latent = trace.get(`latents.${request.steps - 1}`) as Tensor;
  return { seconds, image: trace.get("image") as Tensor, latent };
}

function apart(made: Picture, exact: Picture): string {
  if (made === exact) return "";
  const far = made.latent.data.map((value, i) => Math.abs(value - exact.latent.data[i]!));
  const largest = exact.latent.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const levels = made.image.data.map((value, i) => 255 * Math.abs(value - exact.image.data[i]!));
  const mean = levels.reduce((sum, value) => sum + value, 0) / levels.length;
  const share = (100 * far.reduce((most, value) => Math.max(most, value), 0)) / largest;
  return `; latent ${share.toFixed(1)} % of its largest value apart at most, picture ${mean.toFixed(1)} levels on average`;
}
