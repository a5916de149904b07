/** Reference images: Ye et al. 2023, "IP-Adapter". */
import type { Reference } from "../../../shared/request.ts";
import type { IpAdapter } from "../../checkpoint/parts/ip-adapter.ts";
import type { Weights } from "../../graph/weights.ts";
import { toAttentionMask } from "../../image/attention-mask.ts";
import { coverageOf } from "../../image/mask.ts";
import { toClipPixels } from "../../image/preprocess.ts";
import { attentionQueries } from "../../networks/blocks/image-attentions.ts";
import { clipVisionGraph } from "../../networks/clip-vision.ts";
import { imageProjectionGraph } from "../../networks/ip-adapter.ts";
import { buildWhole } from "../../opening/build-whole.ts";
import { refuseOtherEncoder } from "../../opening/fit.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { readImage } from "../picture/canvas.ts";
import { stack } from "../tensors.ts";
import { isActive } from "./active.ts";
import { blockScales } from "./block-scales.ts";
import type { UNetJob } from "./unet-job.ts";

/** A reference as the UNet takes it: a branch of its own beside every cross attention. */
export interface ReferenceTokens {
  readonly adapter: IpAdapter;
  /** [B, n, D], for the branches of the guidance. */
  readonly tokens: Tensor;
  /** By the number of queries of an attention: how much each of them hears, [1, Q, 1]. Absent: everything. */
  readonly masks?: ReadonlyMap<number, Tensor>;
  /** The branch's strength in each cross attention at evaluation `i` of `of`, [cross attentions]. */
  scalesAt(i: number, of: number): Tensor;
}

/**
 * The references that have any weight, through image encoder and projection. Throws Problem "adapter-mismatch",
 * "model-not-found", "request-invalid".
 */
export async function encodeReferences(job: UNetJob): Promise<ReferenceTokens[]> {
  const encoded: ReferenceTokens[] = [];
  for (const reference of job.request.references) {
    if (reference.weight === 0) continue;
    const adapter = await job.studio.openAdapter(job.model, reference);
    const scales = blockScales(reference.blocks, job.model).map((scale) => scale * reference.weight);
    const inactive = tensor(new Float32Array(scales.length), [scales.length]);
    const active = tensor(Float32Array.from(scales), [scales.length]);
    const masks = await masksOf(reference, job);
    encoded.push({
      adapter,
      tokens: await project(await embedBranches(reference, adapter, job), adapter, job),
      ...(masks && { masks }),
      scalesAt: (i, of) => (isActive(reference, i, of) ? active : inactive),
    });
  }
  return encoded;
}

/**
 * What the branches of the guidance see. The unconditional one sees an embedding of zeros with a plain projection, and what the
 * encoder makes of a picture of zeros with the others. Source: diffusers, pipeline_stable_diffusion.py, encode_image.
 */
async function embedBranches(reference: Reference, adapter: IpAdapter, job: UNetJob): Promise<Tensor[]> {
  const { studio, model, guidance, images } = job;
  const encoder = await studio.openImageEncoder(model, reference, adapter);
  refuseOtherEncoder(adapter, encoder);
  const pixels = toClipPixels(await readImage(images, reference.image), encoder.processor);
  const look = async (seen: Tensor) => {
    const name = `${encoder.weights.fingerprint}/image-encoder`;
    const build = (w: Weights) => clipVisionGraph(encoder.config, w, { batch: 1 }, studio.device.dialect);
    const result = await studio.kept.of(name, [seen], () =>
      studio.sessions.use(
        name,
        () => buildWhole(encoder.weights, build),
        (run) => run({ pixel_values: seen }),
      ),
    );
    return result[adapter.kind === "plain" ? "image_embeds" : "hidden_states.-2"]!;
  };
  const positive = await look(pixels);
  const isGuided = guidance.branches.some(({ prompt }) => prompt === "negative");
  const negative = adapter.kind === "plain" ? zerosLike(positive) : isGuided ? await look(zerosLike(pixels)) : positive;
  return guidance.branches.map(({ prompt }) => (prompt === "positive" ? positive : negative));
}

/** The reference's mask for every size of attention. */
async function masksOf({ mask }: Reference, job: UNetJob): Promise<ReadonlyMap<number, Tensor> | undefined> {
  if (mask === undefined) return undefined;
  const coverage = coverageOf(job.canvas.see(await readImage(job.images, mask)));
  const [, , height, width] = job.latent.dims(job.canvas.size);
  return new Map(
    attentionQueries(job.model.denoiser.config, { height, width }).map((queries) => [
      queries,
      tensor(toAttentionMask(coverage, queries), [1, queries, 1]),
    ]),
  );
}

async function project(branches: readonly Tensor[], adapter: IpAdapter, { studio }: UNetJob): Promise<Tensor> {
  const batch = branches.length;
  const states = adapter.kind === "plain" ? undefined : branches[0]!.dims[1]!;
  const name = `${adapter.fingerprint}/image-projection/${batch}x${states}`;
  const embeds = stack(branches);
  const { tokens } = await studio.kept.of(name, [embeds], () =>
    studio.sessions.use(
      name,
      () =>
        buildWhole(
          adapter,
          (w) => imageProjectionGraph(w, { batch, ...(states && { states }) }, studio.device.dialect),
          (key) => key.startsWith("ip_adapter."),
        ),
      (run) => run({ image_embeds: embeds }),
    ),
  );
  return tokens!;
}

const zerosLike = ({ dims, data }: Tensor): Tensor => tensor(new Float32Array(data.length), dims);
