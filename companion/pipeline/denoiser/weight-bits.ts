/** Weights of few bits, where the machine is short of memory or the request asks for it. */
import type { Quantizer } from "../../graph/graph.ts";
import type { Bits } from "../../graph/quantize.ts";
import { Weights } from "../../graph/weights.ts";
import type { PreparedJob, Sketch } from "../job.ts";
import { narrowWeights, planNarrow } from "../weights/narrow.ts";
import { tooLarge } from "../weights/too-large.ts";
import { denoiserNetwork } from "./denoiser-network.ts";

/** How a job's denoiser is narrowed; absent: not at all. Throws as `narrowWeights`. */
export const quantizerOf = async (
  job: Pick<PreparedJob, "model" | "family" | "studio" | "weightBits">,
): Promise<Quantizer | undefined> =>
  job.weightBits && narrowWeights(denoiserNetwork(job), job.weightBits, job.studio.narrowFolder());

/** Best first. */
const CHOICES = [undefined, 8, 4] as const;

/**
 * Of how many bits the weights of the denoiser's linear layers are; undefined: as the file has them. What the request says,
 * or else the most that the memory limit allows, if the exact weights exceed it. Throws Problem "out-of-memory" where the
 * limit allows not even the fewest.
 */
export async function weightBits(job: Sketch & Pick<PreparedJob, "studio" | "guidance">): Promise<Bits | undefined> {
  const { request, model, family, studio } = job;
  if (request.quantize !== undefined) return request.quantize;
  const limit = studio.memoryLimit;
  if (limit === undefined) return undefined;
  const [, , height, width] = job.latent.dims(job.canvas.size);
  const shape = { batch: job.guidance.branches.length, height, width };
  const { weights } = model.denoiser;
  const { dialect } = studio.device;
  const size = family.runSize?.(job);
  const need = (bits?: Bits) => {
    // Sizes are all that counts.
    const quantizer = bits && planNarrow(denoiserNetwork(job), bits, "/planned").quantizer;
    const options = { dialect, ...(quantizer && { quantizer }) };
    return studio.sessions.needOf(family.denoiserGraph(model, new Weights(weights), shape, options), size);
  };
  // Building the graph to see what it needs takes as long as a step of a small picture.
  return studio.remember(`${model.fingerprint}/bits/${JSON.stringify([shape, size, limit])}`, async () => {
    const chosen = CHOICES.findIndex((bits) => need(bits) <= limit);
    if (chosen < 0) throw tooLarge(need(4), limit);
    return CHOICES[chosen];
  });
}
