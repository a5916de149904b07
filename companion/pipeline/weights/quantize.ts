/** Weights of few bits, where the machine is short of memory or the request asks for it. */
import type { GenerateRequest } from "../../../shared/request.ts";
import { timeIdCount } from "../../checkpoint/parts/model-kind.ts";
import type { Quantizer } from "../../graph/graph.ts";
import type { Bits } from "../../graph/quantize.ts";
import { type WeightStore, Weights } from "../../graph/weights.ts";
import { unetGraph } from "../../networks/unet.ts";
import type { Guidance } from "../guidance.ts";
import { tooLarge } from "../latent/strips.ts";
import type { LoadedModel } from "../latent/vae.ts";
import { narrowWeights, planNarrow } from "./narrow.ts";

/** How a job's UNet is narrowed; absent: not at all. Throws as `narrowWeights`. */
export const quantizerOf = async ({
  model,
  studio,
  weightBits: bits,
}: LoadedModel & { readonly weightBits?: Bits }): Promise<Quantizer | undefined> =>
  bits && narrowWeights(model, bits, studio.narrowFolder());

/** What of a job matters here. */
interface Wanted extends LoadedModel {
  readonly request: Pick<GenerateRequest, "quantize">;
  /** Of the latent: [1, C, h, w]. */
  readonly dims: readonly [number, number, number, number];
  readonly guidance: Guidance;
}

/** Best first. */
const CHOICES = [undefined, 8, 4] as const;

/** By the UNet's weights: building its graph to see what it needs takes as long as a step of a small picture. */
const decided = new WeakMap<WeightStore, Map<string, Bits | undefined>>();

/**
 * Of how many bits the weights of the UNet's linear layers are; undefined: as the file has them. What the request says, or
 * else the most that the memory limit allows, if the exact weights exceed it. Throws Problem "out-of-memory" where the limit
 * allows not even the fewest.
 */
export function weightBits({ request, model, studio, dims, guidance }: Wanted): Bits | undefined {
  if (request.quantize !== undefined) return request.quantize;
  const limit = studio.memoryLimit;
  if (limit === undefined) return undefined;
  const [, , height, width] = dims;
  const shape = { batch: guidance.branches.length, height, width, tokens: 77, timeIds: timeIdCount(model.settings) };
  const { config, weights } = model.denoiser;
  const known = decided.get(weights) ?? new Map<string, Bits | undefined>();
  decided.set(weights, known);
  const key = JSON.stringify([shape, studio.device.dialect, limit]);
  if (known.has(key)) return known.get(key);
  const need = (bits?: Bits) => {
    // Sizes are all that counts.
    const quantizer = bits && planNarrow(model, bits, "/planned").quantizer;
    const options = { dialect: studio.device.dialect, ...(quantizer && { quantizer }) };
    return studio.sessions.needOf(unetGraph(config, new Weights(weights), shape, options));
  };
  const chosen = CHOICES.findIndex((bits) => need(bits) <= limit);
  if (chosen < 0) throw tooLarge(need(4), limit);
  known.set(key, CHOICES[chosen]);
  return CHOICES[chosen];
}
