import type { DeviceInfo, RecommendedModel } from "../../../shared/protocol.ts";

/** Why a model is the first to be had: it fits into the memory, and may be used commercially. */
export type Fitness = "fits" | "tight" | "too-large";

/** Of the memory that a model may take, so much is left for the pictures themselves. */
const ROOM = 0.85;

/** "tight": with narrowed weights, or slowly. Where the memory is not known, everything may fit. */
export function fitnessOf({ memoryBytes }: Pick<RecommendedModel, "memoryBytes">, device: DeviceInfo | null): Fitness {
  const { memory } = device ?? {};
  if (memory === undefined || memoryBytes <= ROOM * memory) return "fits";
  return memoryBytes <= 2 * memory ? "tight" : "too-large";
}

const KINDS = ["model", "reference", "matting", "upscaler", "lora", "control", "motion", "vae"] as const;
const FITNESS = ["fits", "tight", "too-large"] as const;
const USES = ["allowed", "limited", "forbidden"] as const;
/** Bytes: on a processor larger ones take minutes a picture. */
const LIGHT = 5e9;

/**
 * Models first; of these the ones that fit, that may be used commercially, and that draw best for what the machine is: the largest
 * with a graphics card, the lightest without. Those that are made for masks come after those that draw everything.
 */
export function bestFirst<M extends RecommendedModel>(models: readonly M[], device: DeviceInfo | null): readonly M[] {
  const isSlow = device === null || device.provider === "cpu";
  const key = (model: M) => [
    KINDS.indexOf(model.kind),
    FITNESS.indexOf(fitnessOf(model, device)),
    USES.indexOf(model.commercialUse),
    isSlow && model.memoryBytes > LIGHT ? 1 : 0,
    /inpaint/i.test(model.repo) ? 1 : 0,
    isSlow ? model.memoryBytes : -model.memoryBytes,
  ];
  return [...models].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    const at = x.findIndex((value, i) => value !== y[i]);
    return at < 0 ? 0 : x[at]! - y[at]!;
  });
}
