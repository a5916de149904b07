/** Reference images: Ye et al. 2023, "IP-Adapter". */
import { Problem } from "../../shared/problem.ts";
import type { Reference } from "../../shared/request.ts";
import type { IpAdapter } from "../checkpoint/ip-adapter.ts";
import { toClipPixels } from "../image/preprocess.ts";
import { clipVisionGraph } from "../networks/clip-vision.ts";
import { imageProjectionGraph } from "../networks/ip-adapter.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { readImage } from "./canvas.ts";
import { buildWhole } from "./check-weights.ts";
import type { Job } from "./job.ts";
import { stack } from "./tensors.ts";
import type { Seat } from "./vae.ts";

/** A reference as the UNet takes it: a branch of its own beside every cross attention. */
export interface ReferenceTokens {
  readonly adapter: IpAdapter;
  /** [B, n, D], for the sides of the guidance. */
  readonly tokens: Tensor;
  /** The branch's strength at evaluation `i` of `of`. */
  scaleAt(i: number, of: number): number;
}

/**
 * The references that have any weight, through image encoder and projection. The unconditional side sees an embedding of
 * zeros (diffusers, pipeline_stable_diffusion.py, encode_image). Throws Problem "adapter-mismatch", "model-not-found".
 */
export async function encodeReferences(job: Job): Promise<ReferenceTokens[]> {
  const encoded: ReferenceTokens[] = [];
  for (const reference of job.request.references) {
    if (reference.weight === 0) continue;
    const adapter = await job.studio.openAdapter(job.model, reference);
    const embeds = await embedImage(reference, adapter, job);
    const sides = job.guidance.sides.map(({ prompt }) => (prompt === "positive" ? embeds : zerosLike(embeds)));
    encoded.push({
      adapter,
      tokens: await project(sides, adapter, job),
      scaleAt: (i, of) => (isActive(reference, i, of) ? reference.weight : 0),
    });
  }
  return encoded;
}

/** Whether evaluation `i` of `of` lies within start … end: the rule of diffusers' ControlNet pipelines. */
function isActive({ start, end }: Reference, i: number, of: number): boolean {
  return !(i / of < start || (i + 1) / of > end);
}

async function embedImage(reference: Reference, adapter: IpAdapter, { images, model, studio }: Job): Promise<Tensor> {
  const encoder = await studio.openImageEncoder(model, reference, adapter);
  refuseMismatch(adapter, {
    context: model.unet.config.cross_attention_dim[0]!,
    embeds: encoder.config.projection_dim,
  });
  const pixels = toClipPixels(await readImage(images, reference.image), encoder.processor);
  const { image_embeds } = await studio.sessions.use(
    `${encoder.weights.fingerprint}/image-encoder`,
    () => buildWhole(encoder.weights, (w) => clipVisionGraph(encoder.config, w, { batch: 1 }, studio.device.dialect)),
    (run) => run({ pixel_values: pixels }),
  );
  return image_embeds!;
}

function refuseMismatch(adapter: IpAdapter, has: { readonly context: number; readonly embeds: number }): void {
  const name = `The IP-Adapter "${adapter.origin}"`;
  if (adapter.kind !== "plain")
    throw new Problem(
      "model-unsupported",
      `${name} is of the kind "${adapter.kind}", which this version cannot run: choose a plain one.`,
    );
  if (adapter.crossAttentionDim !== has.context)
    throw new Problem(
      "adapter-mismatch",
      `${name} is made for text states of width ${adapter.crossAttentionDim}, and this model's have ${has.context}: choose an adapter of the model's family.`,
    );
  if (adapter.embeddingDim !== has.embeds)
    throw new Problem(
      "adapter-mismatch",
      `${name} needs an image encoder of width ${adapter.embeddingDim}, and this one has ${has.embeds}: choose the image encoder that it was published with.`,
    );
}

async function project(sides: readonly Tensor[], adapter: IpAdapter, { studio }: Seat): Promise<Tensor> {
  const batch = sides.length;
  const { tokens } = await studio.sessions.use(
    `${adapter.fingerprint}/image-projection/${batch}`,
    () =>
      buildWhole(
        adapter,
        (w) => imageProjectionGraph(w, { batch }, studio.device.dialect),
        (key) => key.startsWith("ip_adapter."),
      ),
    (run) => run({ image_embeds: stack(sides) }),
  );
  return tokens!;
}

const zerosLike = ({ dims, data }: Tensor): Tensor => tensor(new Float32Array(data.length), dims);
