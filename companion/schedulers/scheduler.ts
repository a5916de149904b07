/**
 * Schedulers: how a latent goes from noise to picture in a given number of steps. This file holds what the pipeline
 * sees; a sampling method is one file in methods/ and knows only `denoised`.
 */
import { Problem } from "../../shared/problem.ts";
import type { SchedulerChoice } from "../../shared/request.ts";
import type { Tensor } from "../tensor.ts";
import { combine, roundHalfEven } from "./float32.ts";
import type { SamplingSchedule } from "./method.ts";
import { ownLists } from "./own-lists.ts";
import { predict, slopeOf } from "./prediction.ts";
import { type DiffusersPipeline, resolveScheduler, type SchedulerConfig, type Settings } from "./settings.ts";

export type { SchedulerConfig } from "./settings.ts";

export interface Scheduler {
  /** diffusers' class, "EulerDiscreteScheduler". */
  readonly className: string;
  /** "epsilon", "v_prediction", "sample" or "flow_prediction": what the network's output means. */
  readonly predictionType: string;
  /** `steps`: 1 or more. */
  setTimesteps(steps: number, options?: PlanOptions): Plan;
}

export interface PlanOptions {
  /** 0 … 1, for image to image: the share of the steps that is done. Default 1. */
  readonly strength?: number;
  /**
   * Shares of the training timesteps, above 0 and below 1: where a second model takes over from a first one, which ends
   * there. A start counts instead of the strength. diffusers' denoising_start and denoising_end.
   */
  readonly start?: number;
  readonly end?: number;
  /** DDIM's and TCD's eta, 0 … 1; the others ignore it. Default 0. */
  readonly eta?: number;
  /** μ of dynamic shifting, for flow matching (`shiftOfLength`); the others ignore it. */
  readonly mu?: number;
  /** The picture's seed, for methods whose noise is a path of its own. Default 0. */
  readonly seed?: number;
  /** What to visit, falling, instead of `steps` chosen ones: timesteps, or sigmas with the one to end at. */
  readonly timesteps?: readonly number[] | undefined;
  readonly sigmas?: readonly number[] | undefined;
}

/** One way from noise to picture: a sequence of network evaluations, visited in order. */
export interface Plan {
  /** The timestep of every network evaluation (N steps of Heun are 2N − 1 evaluations). */
  readonly timesteps: Float64Array;
  /** Network evaluations of a whole step: 2 for Heun and DPM2, otherwise 1. */
  readonly order: number;
  /** What unit noise is multiplied by to start from nothing (not where `addNoise` starts from a picture). */
  readonly initNoiseSigma: number;
  /** The latent as the network of evaluation `i` takes it. */
  scaleInput(latent: Tensor, i: number): Tensor;
  /**
   * `original` with as much `noise` as the latent has before evaluation `i`: image to image starts from
   * addNoise(x0, noise, 0); after evaluation i inpainting blends with addNoise(x0, noise, i + 1), and after the last
   * one with x0 itself.
   */
  addNoise(original: Tensor, noise: Tensor, i: number): Tensor;
  /** The network's idea of the finished latent at evaluation `i`, clipped where the settings say so: for previews. */
  denoised(i: number, modelOutput: Tensor, latent: Tensor): Tensor;
  /** The network's output, had its idea of the finished latent at evaluation `i` been other by `change`. */
  redirect(i: number, modelOutput: Tensor, change: Tensor): Tensor;
  /**
   * The next latent. To be called once for every evaluation, in order: multistep methods remember.
   * `randn(dims)` is the job's generator: some methods draw noise in every step.
   */
  step(i: number, modelOutput: Tensor, latent: Tensor, randn: (dims: readonly number[]) => Tensor): Tensor;
}

/**
 * `config` is a model's scheduler_config.json; `choice` what the request asks for instead. As in diffusers' `from_config`,
 * another scheduler takes over the settings that it knows. `pipeline`: some of diffusers' pipelines correct what old
 * configurations say. Throws Problem "scheduler-unsupported" for a scheduler, a setting or a value that is not supported.
 */
export function createScheduler(
  config: SchedulerConfig,
  choice: SchedulerChoice = {},
  pipeline: DiffusersPipeline = "stable-diffusion",
): Scheduler {
  const { scheduler, settings } = resolveScheduler(config, choice, pipeline);
  return {
    className: scheduler.className,
    predictionType: settings.prediction_type,
    setTimesteps: (steps, options = {}) => {
      const { eta = 0, seed = 0, mu } = options;
      const lists = ownLists(scheduler, settings, options);
      if (lists === undefined)
        return createPlan(scheduler.schedule(settings, steps, { eta, seed, mu }), settings, steps, options);
      const schedule = scheduler.schedule(settings, lists.steps, { eta, seed, mu, ...lists.given });
      // diffusers' retrieve_timesteps counts evaluations as steps then.
      return createPlan(schedule, settings, schedule.timesteps.length, options);
    },
  };
}

function createPlan(schedule: SamplingSchedule, settings: Settings, steps: number, options: PlanOptions): Plan {
  const { strength = 1, start, end } = options;
  const trained = Number(settings.num_train_timesteps);
  const begin =
    start === undefined
      ? (schedule.begin?.(strength) ??
        Math.max(steps - Math.min(Math.trunc(steps * strength), steps), 0) * schedule.order)
      : schedule.timesteps.length - evaluationsBelow(roundHalfEven(trained - start * trained), schedule);
  const last = end === undefined ? Number.NEGATIVE_INFINITY : roundHalfEven(trained - end * trained);
  const timesteps = Float64Array.from(schedule.timesteps.slice(begin).filter((timestep) => timestep >= last));
  if (timesteps.length === 0) {
    throw new Problem(
      "request-invalid",
      start === undefined && end === undefined
        ? `A strength of ${strength} leaves nothing of ${steps} steps: raise the strength or the number of steps.`
        : `Where the refiner starts, nothing of ${steps} steps is left for one of the two models: raise the number of steps.`,
    );
  }
  const sampler = schedule.sampler();
  let next = 0;
  return {
    timesteps,
    order: schedule.order,
    initNoiseSigma: schedule.initNoiseSigma,
    scaleInput: (latent, i) => {
      const { norm } = schedule.level(begin + i);
      return norm === 1 ? latent : { ...latent, data: latent.data.map((x) => x / norm) };
    },
    addNoise: (original, noise, i) => {
      const { signal, noise: sigma } = (schedule.addedLevel ?? schedule.level)(begin + i);
      return combine([signal, original], [sigma, noise]);
    },
    denoised: (i, modelOutput, latent) => predict(settings, schedule.level(begin + i), modelOutput, latent).denoised,
    redirect: (i, modelOutput, change) =>
      combine([1, modelOutput], [1 / slopeOf(settings, schedule.level(begin + i)), change]),
    step: (i, modelOutput, latent, randn) => {
      if (i !== next) throw new RangeError(`Cannot take evaluation ${i} as evaluation ${next} is due`);
      next++;
      return sampler({
        i: begin + i,
        x: latent,
        output: modelOutput,
        ...predict(settings, schedule.level(begin + i), modelOutput, latent),
        randn: () => randn(latent.dims),
      });
    },
  };
}

/** Evaluations whose timestep is below `cutoff`; whole steps of methods of second order (diffusers, get_timesteps of …_xl_img2img.py). */
function evaluationsBelow(cutoff: number, { timesteps, order }: SamplingSchedule): number {
  const count = timesteps.filter((timestep) => timestep < cutoff).length;
  return order === 2 && count % 2 === 0 ? count + 1 : count;
}
