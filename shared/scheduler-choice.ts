export const SCHEDULER_NAMES = [
  "ddim",
  "euler",
  "euler_ancestral",
  "heun",
  "dpmpp_2m",
  "dpmpp_2m_sde",
  "unipc",
  "lcm",
  "pndm",
  "lms",
  "dpm2",
  "dpm2_ancestral",
  "dpmpp_2s",
  "dpmpp_2s_ancestral",
  "dpmpp_sde",
  "dpmpp_sde_brownian",
  "dpmpp_3m_sde",
  "deis",
  "tcd",
  "ddpm",
] as const;
export type SchedulerName = (typeof SCHEDULER_NAMES)[number];

/**
 * The scheduler and, under diffusers' own names, any setting that differs from the model's scheduler configuration
 * (`timestep_spacing`, `steps_offset`, `use_karras_sigmas`, `prediction_type`, `beta_end`, `final_sigmas_type`, …).
 */
export interface SchedulerChoice {
  /**
   * Absent: the one that the model's own configuration names. A request may write what people call it ("DPM++ 2M Karras",
   * "dpmpp_2m_sde_gpu", "euler_a"), and the schedule beside it as `schedule` ("Karras", "sgm_uniform"): scheduler-names.ts.
   * What they call "DPM++ SDE" is `dpmpp_sde_brownian`, diffusers' DPMSolverSDEScheduler; `dpmpp_sde` is the one that diffusers'
   * documentation names in its place, DPMSolverSinglestepScheduler with algorithm_type "sde-dpmsolver++".
   */
  readonly name?: SchedulerName;
  readonly [setting: string]: string | number | boolean | readonly number[] | null | undefined;
}
