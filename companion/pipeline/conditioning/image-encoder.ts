/** Reference images: Ye et al. 2023, "IP-Adapter". */
import { imagesOfReference } from "../../../shared/image-refs.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
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
import { concatTokens, mean, stack } from "../tensors.ts";
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
  for (const reference of followedBy(job)) {
    if (reference.weight === 0) continue;
    const adapter = await job.studio.openAdapter(job.model, reference);
    const scales = blockScales(reference.blocks, job.model).map((scale) => scale * reference.weight);
    const inactive = tensor(new Float32Array(scales.length), [scales.length]);
    const active = tensor(Float32Array.from(scales), [scales.length]);
    const masks = await masksOf(reference, job);
    encoded.push({
      adapter,
      tokens: await tokensOf(reference, adapter, job),
      ...(masks && { masks }),
      scalesAt: (i, of) => (isActive(reference, i, of) ? active : inactive),
    });
  }
  return encoded;
}

/** A reference with its pictures as they are looked at. */
interface Followed extends Omit<Reference, "image"> {
  look(): Promise<readonly PixelImage[]>;
}

/** The request's own, and last a Fill's surroundings. */
function followedBy({ request, images, canvas }: UNetJob): readonly Followed[] {
  const named = request.references.map((reference) => ({
    ...reference,
    look: () => Promise.all(imagesOfReference(reference).map((image) => readImage(images, image))),
  }));
  const { surroundings } = canvas;
  const own = request.region?.surroundings;
  return surroundings && own ? [...named, { ...own, look: async () => [surroundings] }] : named;
}

/**
 * Images that are followed together: with "concat" the tokens of each, one after the other, so that one attention chooses among
 * all of them (diffusers, models/embeddings.py, MultiIPAdapterImageProjection); with "average" those of the mean of what the
 * encoder makes of them (cubiq/ComfyUI_IPAdapter_plus, IPAdapterPlus.py, `combine_embeds`).
 */
async function tokensOf(reference: Followed, adapter: IpAdapter, job: UNetJob): Promise<Tensor> {
  const seen: Tensor[][] = [];
  for (const image of await reference.look()) seen.push(await embedBranches(image, reference, adapter, job));
  if (reference.combine === "average") {
    const means = seen[0]!.map((_, branch) => mean(seen.map((branches) => branches[branch]!)));
    return project(means, adapter, job);
  }
  const tokens: Tensor[] = [];
  for (const branches of seen) tokens.push(await project(branches, adapter, job));
  return concatTokens(tokens);
}

/**
 * What the branches of the guidance see. The unconditional one sees an embedding of zeros with a plain projection, and what the
 * encoder makes of a picture of zeros with the others. Source: diffusers, pipeline_stable_diffusion.py, encode_image.
 */
async function embedBranches(
  image: PixelImage,
  reference: Followed,
  adapter: IpAdapter,
  job: UNetJob,
): Promise<Tensor[]> {
  const { studio, model, guidance } = job;
  const encoder = await studio.openImageEncoder(model, reference, adapter);
  refuseOtherEncoder(adapter, encoder);
  const pixels = toClipPixels(image, encoder.processor);
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
async function masksOf({ mask }: Followed, job: UNetJob): Promise<ReadonlyMap<number, Tensor> | undefined> {
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
