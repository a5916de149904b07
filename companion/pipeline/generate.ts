/** The method, on one page: from a request to a PNG, or to a GIF that moves, or to the PNGs of layers. Same request, same weights, same bytes. */
import type { PixelImage } from "../../shared/pixels.ts";
import { Problem } from "../../shared/problem.ts";
import type { GenerateRequest } from "../../shared/request.ts";
import { parseRequest } from "../../shared/validate.ts";
import { stackLayers } from "../image/composite.ts";
import { encodePng } from "../image/encode.ts";
import { encodeGif } from "../image/encode-gif.ts";
import { toPixels, toUnitRange } from "../image/preprocess.ts";
import { inSpan } from "../profile/spans.ts";
import type { Tensor } from "../tensor.ts";
import { denoise } from "./denoiser/denoise.ts";
import type { GenerateResult, PipelineEvent, Trace } from "./events.ts";
import type { Conditions, Family, PreparedJob } from "./job.ts";
import { levelAfter, lower } from "./ladder.ts";
import { type LatentPreview, latentPreview } from "./latent/latent-preview.ts";
import { layerLatents, pictureOfLayers } from "./latent/layers.ts";
import { sharpenLetters } from "./latent/scene-text.ts";
import { frameAt, framesOf } from "./motion/frames.ts";
import { shown } from "./motion/loop.ts";
import type { JobMotion } from "./motion/motion.ts";
import type { Images } from "./picture/canvas.ts";
import { passContentFilter } from "./picture/content-filter.ts";
import { driftTaken } from "./picture/drift-taken.ts";
import { inPalette } from "./picture/in-palette.ts";
import { prepareJob } from "./prepare.ts";
import type { Studio } from "./studio/studio.ts";
import { stack } from "./tensors.ts";
import { tooLargeFor } from "./weights/too-large.ts";

export interface GenerateOptions {
  /** Filled with what happened on the way. */
  readonly trace?: Trace;
  /** Of the ladder's rung on which the picture begins. Default 0: it does without nothing. */
  readonly level?: number;
}

/**
 * Yields what happens, returns the picture. To cancel, stop iterating: everything is given back on the way out. Where memory
 * runs out it begins anew on the ladder's next rung, and goes on with what it has. Throws Problem.
 */
export async function* generate(
  request: GenerateRequest,
  images: Images,
  studio: Studio<Family>,
  { trace = new Map(), level: first = 0 }: GenerateOptions = {},
): AsyncGenerator<PipelineEvent, GenerateResult> {
  const parsed = parseRequest(request);
  const drawn: Drawn = {};
  for (let level = first; ; ) {
    yield { type: "stage", stage: "loading" };
    const job = await inSpan("prepare", "stage", () => prepareJob(parsed, images, studio, level));
    const next = levelAfter(level, job);
    yield { type: "rung", ...(next !== undefined && { next }) };
    try {
      return yield* paint(job, trace, drawn);
    } catch (error) {
      if (Problem.from(error).code !== "out-of-memory") throw error;
      if (next === undefined) throw tooLargeFor(job.canvas.size, error);
      level = next;
    }
    await studio.sessions.close();
  }
}

/** A latent that is finished, and what the denoiser was that made it: it need not be made again for want of memory at its end. */
interface Drawn {
  latest?: { readonly by: string; readonly latent: Tensor };
}

async function* paint(job: PreparedJob, trace: Trace, drawn: Drawn): AsyncGenerator<PipelineEvent, GenerateResult> {
  const { studio, sceneText } = job;
  const { memory } = job.rung;
  yield {
    ...{ type: "stage", stage: "encoding" },
    ...(memory && { memory: { ...memory, ...(typeof job.format === "number" && { bits: job.format }) } }),
  };
  const conditions = await inSpan("encode conditions", "stage", () => job.family.encode(job, trace));
  const by = [job, job.refining].map((one) => `${one?.rung.runs}/${one?.format}`).join();
  const latent = drawn.latest?.by === by ? drawn.latest.latent : yield* draw(job, conditions, trace);
  drawn.latest = { by, latent };

  yield { type: "stage", stage: "decoding" };
  if (job.rung.strips === "small") await studio.sessions.close();
  const { autoencoder } = job.refining ?? job;
  const decoded: Tensor[] = [];
  const pictures: (ReturnType<typeof inPalette> & ReturnType<typeof driftTaken>)[] = [];
  for (const one of picturesOf(job, latent)) {
    // A sign of life, and where it may end, between two of them.
    if (pictures.length > 0) yield { type: "stage", stage: "decoding" };
    const sample = await inSpan("decode latent", "stage", () => autoencoder.decode(one));
    const image = toUnitRange(sceneText ? sharpenLetters(sample, sceneText) : sample);
    decoded.push(image);
    const made = toPixels(image);
    if (job.contentFilter) await passContentFilter(made, job.contentFilter, studio);
    const kept = await inSpan("take drift away", "picture", () =>
      driftTaken(made, job.canvas.picture, job.request.drift),
    );
    const toned = inPalette(kept.image, job.request.palette);
    pictures.push({
      ...kept,
      ...toned,
      image: await inSpan("put back", "picture", () => job.canvas.finish(toned.image)),
    });
  }
  trace.set("image", stack(decoded));
  const { image: first, ...toned } = pictures[0]!;
  const layers = job.request.split && pictures.map(({ image }) => image);
  const result = layers ? stackLayers(layers) : first;
  const { tokens, dropped, chunks } = conditions.prompt;
  const { width, height } = result;
  const thrift = lower(job.rung, job.refining?.rung).name;
  return {
    png: await encodePng(result),
    ...(job.motion && { gif: await gifOf(pictures, job.motion) }),
    ...(layers && { layers: await Promise.all(layers.map(encodePng)) }),
    width,
    height,
    tokens,
    chunks,
    ...(dropped && { droppedText: dropped }),
    ...(typeof job.format === "number" && { weightBits: job.format }),
    ...(thrift && { thrift }),
    ...(toned.distance && { paletteDistance: toned.distance }),
    ...(toned.drift && { drift: toned.drift }),
  };
}

const gifOf = (pictures: readonly { readonly image: PixelImage }[], { loop, frameRate }: JobMotion) =>
  encodeGif(
    shown(pictures, loop).map(({ image }) => image),
    frameRate,
  );

/** What is decoded of a finished latent, one after the other. */
function picturesOf({ motion, request }: PreparedJob, latent: Tensor): readonly Tensor[] {
  if (motion) return framesOf(latent);
  return request.split ? layerLatents(latent) : [latent];
}

/** Of frames the first one, of layers the picture that they make up. */
async function previewOf(job: PreparedJob): Promise<LatentPreview> {
  const paint = await latentPreview(job);
  if (job.motion) return (latent) => paint(frameAt(latent, 0));
  return job.request.split ? (latent) => paint(pictureOfLayers(latent)) : paint;
}

/** From conditions to the finished latent. */
async function* draw(job: PreparedJob, conditions: Conditions, trace: Trace): AsyncGenerator<PipelineEvent, Tensor> {
  const refiner = job.refining && {
    job: job.refining,
    conditions: await job.refining.family.encode(job.refining, new Map()),
  };
  const first = await inSpan("first latent", "stage", () => job.family.firstLatent(job, trace));
  // A preview would show what the filter may withhold.
  const preview = job.contentFilter ? undefined : await previewOf(job);

  yield { type: "stage", stage: "denoising" };
  if (job.rung.strips === "small") await job.studio.sessions.close();
  const begun = yield* denoise(job, { conditions, first, preview, trace, done: 0 });
  if (!refiner) return begun;
  return yield* denoise(refiner.job, {
    ...{ conditions: refiner.conditions, first: { latent: begun, noise: first.noise } },
    ...{ preview, trace, done: job.plan.timesteps.length },
  });
}
