import { Problem } from "../../shared/problem.ts";
import type { GenerateRequest } from "../../shared/request.ts";
import type { Model } from "../checkpoint/model.ts";
import type { ContentFilter } from "../checkpoint/parts/content-filter.ts";
import type { Bits } from "../graph/quantize.ts";
import { createGenerator, type Generator } from "../random/generator.ts";
import { createScheduler, type Plan, type PlanOptions } from "../schedulers/scheduler.ts";
import type { DiffusersPipeline } from "../schedulers/settings.ts";
import { type ParsedPrompt, parsePrompt } from "./conditioning/parse-prompt.ts";
import { type Guidance, guidanceOf } from "./guidance.ts";
import { type LoadedModel, refuseTooLarge, vaeFactor } from "./latent/vae.ts";
import { type Canvas, type Images, prepareCanvas } from "./picture/canvas.ts";
import { filterFor } from "./picture/content-filter.ts";
import type { Studio } from "./studio/studio.ts";
import { weightBits } from "./weights/quantize.ts";

/** A request with everything decided: which model, what it sees, how it goes from noise to picture. */
export interface PreparedJob extends LoadedModel {
  readonly request: GenerateRequest;
  readonly prompt: ParsedPrompt;
  readonly images: Images;
  readonly canvas: Canvas;
  /** Of the latent: [1, C, h, w]. */
  readonly dims: readonly [number, number, number, number];
  readonly guidance: Guidance;
  /** "channels": the UNet takes mask and masked picture as channels. "blend": it knows nothing of masks. */
  readonly inpainting: "channels" | "blend";
  /** What its denoising begins with: noise alone, or something that is there. */
  readonly beginning: "noise" | "picture";
  readonly plan: Plan;
  readonly generator: Generator;
  /** Of the weights of the UNet's linear layers. Absent: as the file has them. */
  readonly weightBits?: Bits;
  /** What the picture has to pass. Until it has, nobody sees it. */
  readonly contentFilter?: ContentFilter;
  /** The last steps, where another model takes them over. */
  readonly refining?: PreparedJob;
}

/** Everything that can be refused is refused here, before any network runs. Throws Problem. */
export async function prepareJob(request: GenerateRequest, images: Images, studio: Studio): Promise<PreparedJob> {
  const { refiner } = request;
  const open = async (name: string) => {
    const own = await studio.openModel(name, request.vae);
    return request.vae === undefined ? own : studio.exchangeVae(own, request.vae);
  };
  const model = await open(request.model);
  const contentFilter = filterFor(request, model, studio);
  const { config } = model.vae;
  const factor = vaeFactor(config);
  const canvas = await prepareCanvas(request, images, { native: model.nativeSize, factor });
  if (model.kind === "pix2pix") refuseMisuse(canvas);
  const beginning = canvas.picture && model.kind !== "pix2pix" ? "picture" : "noise";
  const prompt = await parsePrompt(request, model, studio);
  const base = {
    ...{ request, prompt, images, studio, canvas },
    dims: [1, config.latent_channels, canvas.size.height / factor, canvas.size.width / factor] as const,
    generator: createGenerator(request.seed),
    ...(contentFilter && { contentFilter }),
  };
  refuseTooLarge(base.dims, canvas.picture ? "given" : "none", { model, studio });
  const strength = beginning === "picture" ? request.strength : 1;
  const job = decide({ ...base, model, beginning }, { strength, ...(refiner && { end: refiner.start }) });
  if (!refiner) return job;
  const second = await open(refiner.model);
  refuseMisfit(model, second);
  // Adapters are made for the first model.
  const later = { ...base, prompt: { ...prompt, loras: [], embeddings: [] } };
  return { ...job, refining: decide({ ...later, model: second, beginning: "picture" }, { start: refiner.start }) };
}

type Undecided = Omit<PreparedJob, "guidance" | "inpainting" | "plan" | "weightBits">;

/** What follows from the model. */
function decide(job: Undecided, course: PlanOptions): PreparedJob {
  const { request, model } = job;
  const { eta, seed, timesteps, sigmas } = request;
  const scheduler = createScheduler(model.schedulerConfig, request.scheduler, pipelineOf(job));
  const guidance = guidanceOf(request, model);
  const bits = weightBits({ ...job, guidance });
  return {
    ...job,
    ...(bits && { weightBits: bits }),
    guidance,
    inpainting: model.kind === "inpaint" ? "channels" : "blend",
    plan: scheduler.setTimesteps(request.steps, { ...course, eta, seed, timesteps, sigmas }),
  };
}

/** The pipeline of diffusers that would draw this, as far as schedulers care. */
function pipelineOf({ model, canvas }: Pick<PreparedJob, "model" | "canvas">): DiffusersPipeline {
  // Those of SDXL and of edits by instruction correct nothing.
  if (model.denoiser.config.addition_embed_type === "text_time" || model.kind === "pix2pix")
    return "stable-diffusion-xl";
  return canvas.mask ? "stable-diffusion-inpaint" : "stable-diffusion";
}

function refuseMisuse({ picture, mask }: Canvas): void {
  if (picture && !mask) return;
  const what = mask ? "and knows no masks: leave out `mask`" : "so it needs one: give `image`";
  throw new Problem("request-invalid", `This model changes a whole picture by instruction, ${what}.`);
}

/** A refiner goes on with the base's latent. */
function refuseMisfit(base: Model, refiner: Model): void {
  const latent = ({ vae: { config } }: Model) =>
    JSON.stringify([config.latent_channels, config.scaling_factor, config.block_out_channels.length]);
  if (refiner.kind === "base" && latent(refiner) === latent(base)) return;
  throw new Problem(
    "model-unsupported",
    "The refiner cannot go on with what the model begins: choose two plain models of the same family.",
  );
}
