/** Settings that many of diffusers' classes declare alike, and the values of theirs that are supported. */
import { BETA_SCHEDULES, NOISE_SCHEDULE_DEFAULTS } from "./noise-schedule.ts";
import { PREDICTION_TYPES } from "./prediction.ts";
import { TIMESTEP_SPACINGS } from "./spacing.ts";

/** What most classes know, and may be set to. */
export const COMMON_ALLOWED = {
  beta_schedule: BETA_SCHEDULES,
  prediction_type: PREDICTION_TYPES,
  timestep_spacing: TIMESTEP_SPACINGS,
} as const;

/** Saharia et al. 2022, "Imagen", section 2.3. */
export const THRESHOLDING_DEFAULTS = {
  thresholding: false,
  dynamic_thresholding_ratio: 0.995,
  sample_max_value: 1,
};

/** Noise levels placed anew: sigma-schedules.ts. */
export const PLACEMENT_DEFAULTS = {
  use_karras_sigmas: false,
  use_exponential_sigmas: false,
  use_beta_sigmas: false,
};

/** The methods in k-diffusion's manner. */
export const K_DEFAULTS = {
  ...NOISE_SCHEDULE_DEFAULTS,
  ...PLACEMENT_DEFAULTS,
  prediction_type: "epsilon",
  timestep_spacing: "linspace",
  steps_offset: 0,
};

/** Those whose defaults are Stable Diffusion's noise, but for its shape. */
export const SD_NOISE_DEFAULTS = { beta_start: 0.00085, beta_end: 0.012 };

/** The multistep solvers. */
export const SOLVER_DEFAULTS = {
  ...NOISE_SCHEDULE_DEFAULTS,
  ...THRESHOLDING_DEFAULTS,
  ...PLACEMENT_DEFAULTS,
  solver_order: 2,
  prediction_type: "epsilon",
  lower_order_final: true,
  use_flow_sigmas: false,
  flow_shift: 1,
  use_dynamic_shifting: false,
  time_shift_type: "exponential",
};

/** Flow matching is for models of another kind than Stable Diffusion. */
export const SOLVER_ALLOWED = {
  beta_schedule: BETA_SCHEDULES,
  prediction_type: PREDICTION_TYPES,
  use_flow_sigmas: [false],
  use_dynamic_shifting: [false],
};
