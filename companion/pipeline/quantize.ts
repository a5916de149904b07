/** Weights of few bits, where the machine is short of memory or the request asks for it. */
import type { GenerateRequest } from "../../shared/request.ts";
import { timeIdCount } from "../checkpoint/model-kind.ts";
import { readNumbers } from "../checkpoint/tensor-data.ts";
import type { Quantizer } from "../graph/graph.ts";
import { estimateMemory } from "../graph/memory.ts";
import { type Bits, emptyMatrix, quantize } from "../graph/quantize.ts";
import { type WeightRef, type WeightStore, Weights } from "../graph/weights.ts";
import { unetGraph } from "../networks/unet.ts";
import type { Guidance } from "./guidance.ts";
import type { Seat } from "./vae.ts";

/** Narrows what the file keeps in a wider type; the file itself stays as it is. */
export const quantizerOf =
  (bits: Bits): Quantizer =>
  (ref, [, inner]) =>
    WIDE.has(ref.type) ? quantize(readNumbers(ref).data, inner, bits) : undefined;

/** What of a job matters here. */
interface Wanted extends Seat {
  readonly request: Pick<GenerateRequest, "quantize">;
  /** Of the latent: [1, C, h, w]. */
  readonly dims: readonly [number, number, number, number];
  readonly guidance: Guidance;
}

/** By the UNet's weights: building its graph to see what it needs takes as long as a step of a small picture. */
const decided = new WeakMap<WeightStore, Map<string, Bits | undefined>>();

const WIDE: ReadonlySet<WeightRef["type"]> = new Set(["F64", "F32", "F16", "BF16"]);

/**
 * Of how many bits the weights of the UNet's linear layers are; undefined: as the file has them. What the request says, or
 * else the most that the memory limit allows, if the exact weights exceed it.
 */
export function weightBits({ request, model, studio, dims, guidance }: Wanted): Bits | undefined {
  if (request.quantize !== undefined) return request.quantize;
  const limit = studio.memoryLimit;
  if (limit === undefined) return undefined;
  const [, , height, width] = dims;
  const shape = { batch: guidance.sides.length, height, width, tokens: 77, timeIds: timeIdCount(model.settings) };
  const { config, weights } = model.unet;
  const known = decided.get(weights) ?? new Map<string, Bits | undefined>();
  decided.set(weights, known);
  const key = JSON.stringify([shape, studio.device.dialect, limit]);
  if (known.has(key)) return known.get(key);
  // Sizes are all that counts.
  const need = (bits?: Bits) => {
    const quantizer: Quantizer = (ref, [out, inner]) =>
      bits && WIDE.has(ref.type) ? emptyMatrix(out, inner, bits) : undefined;
    const estimate = estimateMemory(
      unetGraph(config, new Weights(weights), shape, { dialect: studio.device.dialect, quantizer }),
    );
    return estimate.weights + estimate.activations;
  };
  const bits = need() <= limit ? undefined : need(8) <= limit ? 8 : 4;
  known.set(key, bits);
  return bits;
}
