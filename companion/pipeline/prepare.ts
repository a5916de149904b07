import type { Size } from "../../shared/geometry.ts";
import { Problem } from "../../shared/problem.ts";
import type { GenerateRequest, ImageRef } from "../../shared/request.ts";
import type { AnyModel } from "../checkpoint/model.ts";
import { sizeOfImage } from "../image/decode.ts";
import { createGenerator } from "../random/generator.ts";
import type { PlanOptions } from "../schedulers/scheduler.ts";
import { parsePrompt } from "./conditioning/parse-prompt.ts";
import { refuseBranch } from "./denoiser/deep-cache.ts";
import { denoiserRung, refuseIntegers } from "./denoiser/weight-bits.ts";
import type { Extra, Family, PreparedJob } from "./job.ts";
import { formatOn, rungAt } from "./ladder.ts";
import { openAutoencoder } from "./latent/autoencoder.ts";
import { openLetters } from "./latent/scene-text.ts";
import { openMotion } from "./motion/motion.ts";
import { type Canvas, type Images, prepareCanvas } from "./picture/canvas.ts";
import { filterFor } from "./picture/content-filter.ts";
import type { Studio } from "./studio/studio.ts";

/**
 * Everything that can be refused is refused here, before any network runs. `level`: of the ladder's rung on which the job
 * begins. Throws Problem.
 */
export async function prepareJob(
  request: GenerateRequest,
  images: Images,
  studio: Studio<Family>,
  level = 0,
): Promise<PreparedJob> {
  const { refiner } = request;
  const open = async (name: string) => {
    const own = await studio.openModel(name, request.vae);
    return request.vae === undefined ? own : studio.exchangeVae(own, request.vae);
  };
  const model = await open(request.model);
  const family = studio.familyOf(model);
  refuseExtras(request, family, model);
  const motion = openMotion(request, model, studio);
  const control = family.openControl?.(request, model, studio);
  const contentFilter = filterFor(request, model, studio);
  const latent = family.latentSpace(model);
  const { multiple: factor } = latent;
  const multiple = request.tiling ? factor * (family.tilingMultiple?.(model) ?? 1) : factor;
  const { kept } = studio;
  const canvas = await prepareCanvas(request, images, { native: model.nativeSize, factor, multiple, kept });
  const given = await sizesOf(images);
  const extraChannels = family.extraChannels(model);
  if (extraChannels === "picture") refuseMisuse(canvas);
  const beginning = canvas.picture && extraChannels !== "picture" ? "picture" : "noise";
  const prompt = await parsePrompt(request, model, studio);
  const sceneText = await openLetters(request, images, canvas);
  const base = {
    ...{ request, prompt, images, given, studio, canvas },
    ...(sceneText && { sceneText }),
    generator: createGenerator(request.seed),
    ...(motion && { motion }),
    ...(control && { control }),
    ...(contentFilter && { contentFilter }),
  };
  const { strips } = rungAt(level);
  const autoencoder = openAutoencoder({ model, studio, latent, strips, tiling: request.tiling });
  autoencoder.refuseTooLarge(canvas.size, canvas.picture ? "given" : "none");
  const first = { ...base, model, family, latent, autoencoder, extraChannels, beginning } as const;
  const strength = beginning === "picture" ? request.strength : 1;
  const job = await decide(first, level, { strength, ...(refiner && { end: refiner.start }) });
  if (!refiner) return job;
  const second = await open(refiner.model);
  refuseMisfit(model, second, studio);
  // Adapters, references and controls are made for the first model.
  const later = {
    ...{ ...first, beginning: "picture" as const, model: second, family: studio.familyOf(second) },
    request: { ...request, references: [], controls: [] },
    prompt: { ...prompt, loras: [], embeddings: [] },
  };
  const secondLatent = later.family.latentSpace(second);
  const decoder = openAutoencoder({ model: second, studio, latent: secondLatent, strips, tiling: request.tiling });
  const refining = await decide(
    { ...later, latent: secondLatent, autoencoder: decoder, extraChannels: later.family.extraChannels(second) },
    level,
    { start: refiner.start },
  );
  return { ...job, refining };
}

async function sizesOf(images: Images): Promise<ReadonlyMap<ImageRef, Size>> {
  const sizes = new Map<ImageRef, Size>();
  for (const [name, bytes] of images) {
    const size = await sizeOfImage(bytes);
    if (size) sizes.set(name, size);
  }
  return sizes;
}

type Undecided = Omit<PreparedJob, "guidance" | "plan" | "rung" | "format">;

/** What follows from the model. */
async function decide(job: Undecided, level: number, options: PlanOptions): Promise<PreparedJob> {
  const { request, family } = job;
  await refuseIntegers(job);
  refuseBranch(job);
  const { eta, seed, timesteps, sigmas } = request;
  const plan = family.plan(job, { ...options, eta, seed, timesteps, sigmas });
  const guidance = family.guidance(job);
  const rung = await denoiserRung({ ...job, guidance }, level);
  const format = formatOn(rung, request.quantize);
  return { ...job, ...(format && { format }), rung, guidance, plan };
}

const BROUGHT: Readonly<Record<Extra, { in(request: GenerateRequest): boolean; words: string }>> = {
  a1111: {
    in: ({ promptSyntax }) => promptSyntax === "a1111",
    words: "A1111's prompt syntax: leave out `promptSyntax`",
  },
  clipSkip: { in: ({ clipSkip }) => clipSkip > 0, words: "skipped layers of its text encoder: leave out `clipSkip`" },
  controls: { in: ({ controls }) => controls.length > 0, words: "control pictures: leave out `controls`" },
  deepCache: {
    in: ({ deepCache }) => deepCache !== undefined,
    words: "cache of inner layers: leave out `deepCache`",
  },
  embeddings: { in: ({ embeddings }) => embeddings.length > 0, words: "embeddings: leave out `embeddings`" },
  loras: { in: ({ loras }) => loras.length > 0, words: "LoRAs: leave out `loras`" },
  microConditioning: {
    in: ({ microConditioning }) => microConditioning !== undefined,
    words: "sizes and corners: leave out `microConditioning`",
  },
  motion: { in: ({ motion }) => motion !== undefined, words: "motion: leave out `motion`" },
  references: { in: ({ references }) => references.length > 0, words: "references: leave out `references`" },
  refiner: { in: ({ refiner }) => refiner !== undefined, words: "refiner: leave out `refiner`" },
  secondPrompt: {
    in: ({ prompt2, negativePrompt2 }) => prompt2 !== undefined || negativePrompt2 !== undefined,
    words: "second prompt: leave out `prompt2` and `negativePrompt2`",
  },
  split: {
    in: ({ split }) => split !== undefined,
    words: "pictures apart: leave out `split`, or choose Qwen-Image-Layered",
  },
  surroundings: {
    in: ({ region }) => region?.surroundings !== undefined,
    words: "adapter that follows the surroundings: leave out `region.surroundings`",
  },
  tiling: { in: ({ tiling }) => tiling, words: "pictures that repeat: leave out `tiling`" },
};

function refuseExtras(request: GenerateRequest, family: Family, model: AnyModel): void {
  const takes = family.takes(model);
  for (const [extra, brought] of Object.entries(BROUGHT) as [Extra, (typeof BROUGHT)[Extra]][]) {
    if (takes.includes(extra) || !brought.in(request)) continue;
    throw new Problem("request-invalid", `A model of ${family.nameOf(model)} takes no ${brought.words}.`);
  }
  family.refuse?.(request, model);
}

function refuseMisuse({ picture, mask }: Canvas): void {
  if (picture && !mask) return;
  const what = mask ? "and knows no masks: leave out `mask`" : "so it needs one: give `image`";
  throw new Problem("request-invalid", `This model changes a whole picture by instruction, ${what}.`);
}

/** A refiner goes on with the base's latent. */
function refuseMisfit(base: AnyModel, refiner: AnyModel, studio: Studio<Family>): void {
  const latent = ({ vae: { config } }: AnyModel) =>
    JSON.stringify([config.latent_channels, config.scaling_factor, config.block_out_channels.length]);
  const seesNothing = studio.familyOf(refiner).extraChannels(refiner) === "none";
  if (seesNothing && latent(refiner) === latent(base)) return;
  throw new Problem(
    "model-unsupported",
    "The refiner cannot go on with what the model begins: choose two plain models of the same family.",
  );
}
