/** What lies below the stages: a request with everything decided, and what a family of models fills in. */
import type { Size } from "../../shared/geometry.ts";
import type { Control, GenerateRequest, ImageRef } from "../../shared/request.ts";
import type { CheckpointStore } from "../checkpoint/files/safetensors.ts";
import type { AnyModel } from "../checkpoint/model.ts";
import type { ContentFilter } from "../checkpoint/parts/content-filter.ts";
import type { ZImageControlNet } from "../checkpoint/z-image/control.ts";
import type { Graph } from "../graph/graph.ts";
import type { NumberFormat } from "../graph/quantize.ts";
import type { Weights } from "../graph/weights.ts";
import type { BuildOptions, IntegerRules, Network } from "../opening/network.ts";
import type { Generator } from "../random/generator.ts";
import type { Plan, PlanOptions } from "../schedulers/scheduler.ts";
import type { Tensor } from "../tensor.ts";
import type { Trace } from "./events.ts";
import type { Guidance } from "./guidance.ts";
import type { Rung } from "./ladder.ts";
import type { Autoencoder } from "./latent/autoencoder.ts";
import type { ExtraChannels, FirstLatent } from "./latent/first-latent.ts";
import type { LatentSpace } from "./latent/latent-space.ts";
import type { SceneLetters } from "./latent/scene-text.ts";
import type { JobMotion } from "./motion/motion.ts";
import type { ParsedPrompt } from "./parsed-prompt.ts";
import type { Canvas, Images } from "./picture/canvas.ts";
import type { RunSize } from "./studio/sessions.ts";
import type { ModelFamily, Studio } from "./studio/studio.ts";

/** A request with everything decided: which model, what it sees, how it goes from noise to picture. */
export interface PreparedJob<M extends AnyModel = AnyModel> extends Sketch<M> {
  readonly studio: Studio;
  readonly prompt: ParsedPrompt;
  readonly images: Images;
  readonly autoencoder: Autoencoder;
  readonly guidance: Guidance;
  readonly plan: Plan;
  readonly generator: Generator;
  /** What it does without so that it fits into memory. */
  readonly rung: Rung;
  /** Of the denoiser's layers. Absent: weights as the file has them, and exact arithmetic. */
  readonly format?: NumberFormat;
  /** What the picture has to pass. Until it has, nobody sees it. */
  readonly contentFilter?: ContentFilter;
  /** Letters that it is painted around. */
  readonly sceneText?: SceneLetters;
  /** The last steps, where another model takes them over. */
  readonly refining?: PreparedJob;
}

/** As much of a job as its guidance and its schedule follow from. */
export interface Sketch<M extends AnyModel = AnyModel> {
  readonly request: GenerateRequest;
  readonly model: M;
  readonly family: Family<M>;
  readonly canvas: Canvas;
  readonly latent: LatentSpace;
  readonly extraChannels: ExtraChannels;
  /** What its denoising begins with: noise alone, or something that is there. */
  readonly beginning: "noise" | "picture";
  /** How large the request's pictures are, upright, before anything is made of them. */
  readonly given: ReadonlyMap<ImageRef, Size>;
  /** Absent: one picture. */
  readonly motion?: JobMotion;
  /** Absent: none runs in the denoiser's graph, or its family opens its own with the conditions. */
  readonly control?: JobControl;
}

/** A ControlNet of a transformer, which runs in the transformer's graph. */
export interface JobControl {
  readonly asked: Control;
  readonly net: ZImageControlNet;
  readonly network: Network<CheckpointStore>;
}

/** What a denoiser is told besides the latent and the time: its own family reads it, and nobody else. */
export interface Conditions {
  /** Of the positive prompt, for the result. */
  readonly prompt: { readonly tokens: number; readonly chunks: number; readonly dropped?: string };
}

/** What stays the same through a picture. */
export interface DenoiserInputs<C extends Conditions = Conditions> {
  readonly conditions: C;
  /** What it sees of a picture besides the latent, [1, C', h, w]. */
  readonly extraChannels?: Tensor;
  /** Evaluations of the picture that another model has done. */
  readonly done: number;
}

/** A denoiser with everything that stays the same through a picture. */
export interface OpenDenoiser {
  /** latent [1, C, h, w] (of layers [F, C, h, w]), already scaled for the network, at evaluation `i` of `of` → the guided prediction, as large. */
  predict(latent: Tensor, at: { readonly timestep: number; readonly i: number; readonly of: number }): Promise<Tensor>;
  /** To be called in a `finally`. */
  release(): void;
}

/** What one run of a denoiser works on. */
export interface DenoiserShape {
  /** Runs of one evaluation, together. */
  readonly batch: number;
  /** Of the latent. */
  readonly height: number;
  readonly width: number;
  /** What moves all frames of a run. */
  readonly motion?: Pick<JobMotion, "module" | "frames">;
  /** What runs beside it in its graph. */
  readonly control?: ZImageControlNet;
}

/** What a request may bring along beyond a prompt, a picture and a mask. */
export type Extra =
  | "a1111"
  | "clipSkip"
  | "controls"
  | "deepCache"
  | "embeddings"
  | "loras"
  | "microConditioning"
  | "motion"
  | "references"
  | "refiner"
  | "secondPrompt"
  | "split"
  | "surroundings"
  | "tiling";

/**
 * A family of models: data, and the stages of a picture's way in which families differ. What is common (the canvas, the
 * loop, the autoencoder, the order in which noise is drawn) is not here. A new family is one object of this type in
 * families.ts.
 */
export interface Family<M extends AnyModel = AnyModel, C extends Conditions = Conditions> extends ModelFamily<M> {
  /** What is not here is refused by name. */
  takes(model: M): readonly Extra[];
  /** Throws Problem "request-invalid" for what of that this model cannot do. Absent: it does all of it. */
  refuse?(request: GenerateRequest, model: M): void;
  /** What the request has it follow, where that runs in the denoiser's graph. Throws Problem as `openUnion`. Absent: nothing does. */
  openControl?(request: GenerateRequest, model: M, studio: Studio): JobControl | undefined;
  /** The space that the model denoises in. */
  latentSpace(model: M): LatentSpace;
  /** What the model sees of a picture, besides the latent. */
  extraChannels(model: M): ExtraChannels;
  /** Into how many the sides of its latent have to fall for a picture that repeats. Absent: it draws none. */
  tilingMultiple?(model: M): number;
  /** Of how many branches (as DeepCache counts them) its denoiser can keep what lies inside. Absent: of none. */
  cacheBranches?(model: M): number;
  /** Absent: its denoiser makes the runs of an evaluation together, unless the ladder says otherwise. */
  readonly runs?: "one-by-one";
  /** How its denoiser computes in "int8". Absent: it can't. */
  integers?(model: M): IntegerRules;
  /** Which runs of the denoiser an evaluation has, and what is made of them. */
  guidance(sketch: Sketch<M>): Guidance;
  /** The noise levels and timesteps of the picture, and how one step is taken. Throws Problem "scheduler-unsupported", …. */
  plan(sketch: Sketch<M>, options: PlanOptions): Plan;
  /** Prompts, references and controls → what the denoiser is told. */
  encode(job: PreparedJob<M>, trace: Trace): Promise<C>;
  /** Where denoising begins: latent/first-latent.ts, or a rule of its own. */
  firstLatent(job: PreparedJob<M>, trace: Trace): Promise<FirstLatent>;
  /** The denoiser's graph, for a prompt of the usual length and without adapters. */
  denoiserGraph(model: M, weights: Weights, shape: DenoiserShape, options: BuildOptions): Graph;
  /** What the symbols of that graph's dims stand for in a job. Absent: it has none. */
  runSize?(sketch: Sketch<M>): RunSize;
  /** Opens the denoiser for the job's size, with these conditions. */
  openDenoiser(job: PreparedJob<M>, inputs: DenoiserInputs<C>): Promise<OpenDenoiser>;
}
