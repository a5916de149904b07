/** The numbers that a scheduler's settings may be, whoever sets them: a request, a recipe, or a model's configuration. */

export interface SettingRange {
  readonly min: number;
  readonly max: number;
  /** Default: false. */
  readonly whole?: boolean;
}

const BETA = { min: 0, max: 0.999 };
const SIGMA = { min: 0, max: 100_000 };
/** Of dynamic shifting, as an exponent. */
const MU = { min: 0, max: 10 };
/** Of a picture, in tokens. */
const LENGTH = { min: 1, max: 1_000_000, whole: true };
const CLIP = { min: 0, max: 1000 };

/** Of a number, and of each number in a list. Models use far less than the half of each. */
export const SCHEDULER_RANGES: Readonly<Record<string, SettingRange>> = {
  num_train_timesteps: { min: 1, max: 10_000, whole: true },
  beta_start: BETA,
  beta_end: BETA,
  trained_betas: BETA,
  steps_offset: { min: 0, max: 1000, whole: true },
  original_inference_steps: { min: 1, max: 1000, whole: true },
  timestep_scaling: { min: 0, max: 1000 },
  solver_order: { min: 1, max: 10, whole: true },
  flow_shift: { min: 0, max: 100 },
  shift: { min: 0.01, max: 100 },
  base_shift: MU,
  max_shift: MU,
  base_image_seq_len: LENGTH,
  max_image_seq_len: LENGTH,
  shift_terminal: { min: 0, max: 0.999 },
  clip_sample_range: CLIP,
  sample_max_value: CLIP,
  dynamic_thresholding_ratio: { min: 0, max: 1 },
  lambda_min_clipped: { min: Number.NEGATIVE_INFINITY, max: 1000 },
  sigma_min: SIGMA,
  sigma_max: SIGMA,
  noise_sampler_seed: { min: 0, max: Number.MAX_SAFE_INTEGER, whole: true },
};

/** What is wrong with the first setting that is out of its range, as the end of a sentence; undefined where all are in. */
export function outOfRange(settings: Readonly<Record<string, unknown>>): string | undefined {
  for (const [key, { min, max, whole = false }] of Object.entries(SCHEDULER_RANGES)) {
    const value = Object.hasOwn(settings, key) ? settings[key] : undefined;
    for (const number of Array.isArray(value) ? value : [value])
      if (typeof number === "number" && !(number >= min && number <= max && (!whole || Number.isSafeInteger(number))))
        return `"${key}" must be a ${whole ? "whole " : ""}number from ${min} to ${max}: received ${number}`;
  }
  return undefined;
}
