import { refuseLeftovers } from "../checkpoint/leftovers.ts";
import { Weights } from "../graph/weights.ts";
import { unetGraph } from "../networks/unet.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { guidanceEmbedding, guide } from "./guidance.ts";
import type { ReferenceTokens } from "./image-encoder.ts";
import type { Job } from "./job.ts";
import { concatChannels, stack, unstack } from "./tensors.ts";
import type { Prompts } from "./text-encoder.ts";

/** The UNet with everything that stays the same through a picture. */
export interface Denoiser {
  /** latent [1, C, h, w], already scaled for the network, at evaluation `i` of `of` → the guided prediction [1, C, h, w]. */
  predict(latent: Tensor, at: { readonly timestep: number; readonly i: number; readonly of: number }): Promise<Tensor>;
  /** To be called in a `finally`. */
  giveBack(): void;
}

/** What the UNet is told besides the latent and the time. */
export interface Conditions {
  readonly prompts: Prompts;
  readonly references: readonly ReferenceTokens[];
  readonly extraChannels?: Tensor;
}

/** Opens the UNet for the job's shape and these references. */
export async function openDenoiser(job: Job, conditions: Conditions): Promise<Denoiser> {
  const { model, studio, guidance } = job;
  const { prompts, references, extraChannels } = conditions;
  const { guidanceScale } = job.request;
  const [, , height, width] = job.dims;
  const { config, weights } = model.unet;
  const embeds =
    guidance === "classifier-free" ? [prompts.negative!.embeds, prompts.positive.embeds] : [prompts.positive.embeds];
  const batch = embeds.length;
  const shape = { batch, height, width, tokens: prompts.positive.embeds.dims[1]! };
  const adapters = references.map(({ adapter, tokens }) => ({
    weights: new Weights(adapter),
    tokens: tokens.dims[1]!,
  }));
  const key = [
    `${model.fingerprint}/unet/${shape.width}x${shape.height}x${batch}`,
    ...references.map(({ adapter, tokens }) => `${adapter.fingerprint}:${tokens.dims[1]}`),
  ].join("+");
  const { run, giveBack } = await studio.sessions.lease(key, () => {
    const graph = unetGraph(config, new Weights(weights), shape, { dialect: studio.device.dialect, adapters });
    adapters.forEach(({ weights: used }, i) => {
      const unused = used.unused().filter((name) => !name.startsWith("image_proj."));
      refuseLeftovers(unused, references[i]!.adapter.origin);
    });
    return graph;
  });

  const constant: Record<string, Tensor> = { encoder_hidden_states: stack(embeds) };
  references.forEach(({ tokens }, i) => {
    constant[`ip_tokens.${i}`] = tokens;
  });
  if (guidance === "embedded")
    constant.timestep_cond = guidanceEmbedding(guidanceScale, config.time_cond_proj_dim as number);

  return {
    predict: async (latent, { timestep, i, of }) => {
      const scales = references.map(({ adapter, scaleAt }, r) => [
        `ip_scale.${r}`,
        filled(scaleAt(i, of), adapter.layers.length),
      ]);
      const sample = extraChannels ? concatChannels([latent, extraChannels]) : latent;
      const { out } = await run({
        ...constant,
        ...Object.fromEntries(scales),
        sample: stack(Array.from({ length: batch }, () => sample)),
        timestep: filled(timestep, batch),
      });
      const [first, second] = unstack(out!);
      return second ? guide(guidanceScale, first!, second) : first!;
    },
    giveBack,
  };
}

const filled = (value: number, count: number): Tensor => tensor(new Float32Array(count).fill(value), [count]);
