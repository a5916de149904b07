import { combine, f32, linspace32 } from "../float32.ts";
import {
  explodingLevels,
  type KSettings,
  kInitialSigma,
  kSchedule,
  replaceSigmas,
  slopeOf,
  trainingSigmas,
} from "../k-diffusion.ts";
import { log32 } from "../log32.ts";
import type { Method } from "../method.ts";
import { PREDICTION_TYPES } from "../prediction.ts";
import { COMMON_ALLOWED, K_DEFAULTS } from "../setting-groups.ts";
import { timestepOfSigma } from "../sigma-schedules.ts";
import { spacedTimesteps } from "../spacing.ts";

const defaults = {
  ...K_DEFAULTS,
  interpolation_type: "linear",
  sigma_min: null as number | null,
  sigma_max: null as number | null,
  timestep_type: "discrete",
  rescale_betas_zero_snr: false,
  final_sigmas_type: "zero",
};

/** Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative Models", algorithm 2 without churn. */
export const euler: Method<typeof defaults> = {
  className: "EulerDiscreteScheduler",
  defaults,
  allowed: {
    ...COMMON_ALLOWED,
    prediction_type: [...PREDICTION_TYPES, "original_sample"],
    interpolation_type: ["linear", "log_linear"],
    timestep_type: ["discrete", "continuous"],
    final_sigmas_type: ["zero", "sigma_min"],
  },
  takes: ["timesteps", "sigmas"],
  schedule(settings, steps, { timesteps: given, sigmas: placed }) {
    const table = trainingSigmas(settings);
    const end = settings.final_sigmas_type === "zero" ? 0 : table[0]!;
    const schedule = placed
      ? { sigmas: placed, timesteps: placed.slice(0, -1).map((sigma) => timestepOfSigma(f32(sigma), table)) }
      : settings.interpolation_type === "log_linear"
        ? logLinear(settings, table, { steps, timesteps: given })
        : kSchedule(settings, steps, { timesteps: given });
    const sigmas = (placed ?? [...schedule.sigmas, end]).map(f32);
    const continuous = settings.timestep_type === "continuous" && settings.prediction_type === "v_prediction";
    return {
      timesteps: (continuous ? sigmas.slice(0, -1).map((sigma) => 0.25 * log32(sigma)) : schedule.timesteps).map(f32),
      order: 1,
      initNoiseSigma: kInitialSigma(settings, sigmas),
      level: explodingLevels(sigmas),
      sampler:
        () =>
        ({ i, x, denoised }) => {
          const derivative = slopeOf(x, denoised, sigmas[i]!);
          return combine([1, x], [sigmas[i + 1]! - sigmas[i]!, derivative]);
        },
    };
  },
};

/** σ even in log σ over the whole table. One more than there are timesteps, so that the last step ends above zero. */
function logLinear(
  settings: KSettings,
  table: Float32Array,
  { steps, timesteps: given }: { steps: number; timesteps: readonly number[] | undefined },
) {
  const timesteps = (given ?? spacedTimesteps(settings, steps)).map(f32);
  const logs = linspace32(log32(table.at(-1)!), log32(table[0]!), steps + 1);
  return replaceSigmas(settings, { timesteps, sigmas: [...logs].map((value) => f32(Math.exp(value))) }, steps);
}
