import { Problem } from "../../../shared/problem.ts";
import type { KlVaeConfig } from "../../networks/configs.ts";
import type { Flux2Norm } from "../config/vae-config.ts";
import { type Component, RenamedStore, refsUnder } from "../files/component.ts";
import { readNumbers } from "../files/tensor-data.ts";
import type { LatentNorm } from "./model-record.ts";

/**
 * What the batch norm beside FLUX.2's autoencoder has learnt, and the autoencoder without it. Source: diffusers,
 * pipeline_flux2_klein.py, `_encode_vae_image`. Throws Problem "weights-missing", "weights-shape", "config-invalid".
 */
export function takeLatentNorm(
  { config, weights }: Component<KlVaeConfig>,
  { patch, eps }: Flux2Norm,
): { readonly vae: Component<KlVaeConfig>; readonly latentNorm: LatentNorm } {
  const channels = config.latent_channels * patch ** 2;
  const learnt = (name: string): readonly number[] => {
    const ref = weights.find(`bn.${name}`);
    if (!ref)
      throw new Problem("weights-missing", `"${weights.origin}" lacks the tensor "bn.${name}": download it again.`);
    if (ref.dims.length !== 1 || ref.dims[0] !== channels)
      throw new Problem(
        "weights-shape",
        `"${weights.origin}" has "${ref.key}" as [${ref.dims}] where [${channels}] is expected: it belongs to another kind of model.`,
      );
    return [...readNumbers(ref).data];
  };
  const mean = learnt("running_mean");
  const deviation = learnt("running_var").map((value) => Math.fround(Math.sqrt(Math.fround(value + Math.fround(eps)))));
  if (!mean.every(Number.isFinite) || !deviation.every((value) => value > 0 && Number.isFinite(value)))
    throw new Problem("config-invalid", `"${weights.origin}" scales its latents by no numbers: download it again.`);
  const rest = refsUnder(weights);
  for (const name of rest.keys()) if (name.startsWith("bn.")) rest.delete(name);
  return {
    vae: { config, weights: new RenamedStore(weights.origin, rest, [weights]) },
    latentNorm: { patch, mean, deviation },
  };
}
