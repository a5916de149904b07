/** What the denoiser does without where the machine is short of memory, and how it computes. */
import { Problem } from "../../../shared/problem.ts";
import { type Dialect, forIntegers } from "../../graph/dialect.ts";
import type { Quantizer } from "../../graph/graph.ts";
import { Weights } from "../../graph/weights.ts";
import { hasCodes, planNarrow } from "../../opening/plan-narrow.ts";
import { integersAreRight } from "../../runtime/integers.ts";
import type { PreparedJob, Sketch } from "../job.ts";
import { type Rung, rungsFrom, runsTogether } from "../ladder.ts";
import { planMemory } from "../weights/memory-plan.ts";
import { quantizerFor } from "../weights/narrow.ts";
import { denoiserNetwork } from "./denoiser-network.ts";

/** The networks of a job's denoiser: itself, and what runs beside it in its graph. */
const networksOf = (job: Pick<PreparedJob, "model" | "family" | "control">) => [
  denoiserNetwork(job),
  ...(job.control ? [job.control.network] : []),
];

/** Each for its own weights. */
function together(all: readonly (Quantizer | undefined)[]): Quantizer | undefined {
  const own = all.filter((one) => one !== undefined);
  if (own.length === 0) return undefined;
  return (...layer) => {
    for (const quantizer of own) {
      const narrow = quantizer(...layer);
      if (narrow) return narrow;
    }
    return undefined;
  };
}

/** How a job's denoiser is narrowed; absent: not at all. Throws as `narrowWeights`. */
export async function quantizerOf(
  job: Pick<PreparedJob, "model" | "family" | "studio" | "format" | "control">,
): Promise<Quantizer | undefined> {
  const all: (Quantizer | undefined)[] = [];
  for (const network of networksOf(job)) all.push(await quantizerFor(network, job.format, job.studio.narrowFolder));
  return together(all);
}

/** How a job's denoiser is lowered. */
export const dialectOf = ({ studio, format }: Pick<PreparedJob, "studio" | "format">): Dialect =>
  format === "int8" ? forIntegers(studio.device.dialect) : studio.device.dialect;

/** Throws Problem "request-invalid" where a model or a device cannot compute in whole numbers, which the request asks for. */
export async function refuseIntegers({
  request,
  family,
  model,
  studio,
}: Sketch & Pick<PreparedJob, "studio">): Promise<void> {
  if (request.quantize !== "int8") return;
  if (!family.integers)
    throw new Problem(
      "request-invalid",
      `A model of ${family.nameOf(model)} is not fast in 8 bits: choose “Exact”, or leave out \`quantize\`.`,
    );
  if (studio.device.dialect.provider !== "cpu")
    throw new Problem(
      "request-invalid",
      `Fast pictures in 8 bits are for processors, and this computer paints on ${studio.device.info.name}: choose “Exact”, or leave out \`quantize\`.`,
    );
  if (!(await integersAreRight()))
    throw new Problem(
      "provider-unavailable",
      "This processor has no instructions that multiply numbers of 8 bits rightly: choose “Exact”, or leave out `quantize`.",
    );
}

/**
 * The rung of the ladder, `level` or one below it, on which the denoiser does not exceed the memory limit. What the request
 * says of bits is not questioned. Throws Problem "out-of-memory" where the limit allows not even the last one.
 */
export async function denoiserRung(
  job: Sketch & Pick<PreparedJob, "studio" | "guidance">,
  level: number,
): Promise<Rung> {
  const { request, model, family, studio, motion, control } = job;
  const runs = runsTogether(job);
  const rungs = rungsFrom(level, { runs, quantize: request.quantize });
  const limit = studio.memoryLimit;
  if (limit === undefined || request.quantize !== undefined) return rungs[0];
  const [, , height, width] = job.latent.dims(job.canvas.size);
  const { weights } = model.denoiser;
  const { dialect } = studio.device;
  const size = family.runSize?.(job);
  const need = (rung: Rung) => {
    // Sizes are all that counts.
    const quantizer = together(
      networksOf(job).map((network, i) =>
        rung.bits !== undefined || hasCodes(network)
          ? planNarrow(network, rung.bits, `/planned/${i}`).quantizer
          : undefined,
      ),
    );
    const options = { dialect, ...(quantizer && { quantizer }) };
    const batch = rung.runs === "together" ? runs : 1;
    const shape = { batch, height, width, ...(motion && { motion }), ...(control && { control: control.net }) };
    return studio.sessions.needOf(family.denoiserGraph(model, new Weights(weights), shape, options), size);
  };
  const beside = [motion?.module.fingerprint, motion?.frames, control?.net.weights.fingerprint];
  // Building the graph to see what it needs takes as long as a step of a small picture.
  const key = `${model.fingerprint}/rung/${JSON.stringify([level, runs, height, width, size, limit, beside])}`;
  return studio.remember(key, async () => planMemory(rungs, need, limit));
}
