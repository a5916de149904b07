import type { CheckpointStore } from "../../checkpoint/files/safetensors.ts";
import type { Network } from "../../opening/network.ts";
import type { PreparedJob } from "../job.ts";

/** As small as a latent may be. */
const SMALL = { batch: 1, height: 16, width: 16 };

/** A model's denoiser, for what has to know its layers. */
export function denoiserNetwork({ model, family }: Pick<PreparedJob, "model" | "family">): Network<CheckpointStore> {
  const { weights } = model.denoiser;
  const integers = family.integers?.(model);
  return {
    weights,
    ...(integers && { integers }),
    build: (w, options) => family.denoiserGraph(model, w, SMALL, options),
  };
}
