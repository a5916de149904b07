import { combine, f32 } from "../float32.ts";
import { flowSigmas } from "../flow-sigmas.ts";
import type { Method } from "../method.ts";
import { PLACEMENT_DEFAULTS } from "../setting-groups.ts";

const defaults = {
  ...PLACEMENT_DEFAULTS,
  num_train_timesteps: 1000,
  shift: 1,
  use_dynamic_shifting: false,
  base_shift: 0.5 as number | null,
  max_shift: 1.15 as number | null,
  base_image_seq_len: 256,
  max_image_seq_len: 4096,
  invert_sigmas: false,
  shift_terminal: null as number | null,
  time_shift_type: "exponential",
  stochastic_sampling: false,
  prediction_type: "flow_prediction",
};

/**
 * Euler's method along a flow from noise to picture: Esser et al. 2024, "Scaling Rectified Flow Transformers", equation 13;
 * the network says v = ε − x0. "stochastic_sampling": each step goes to x0 and back with fresh noise.
 */
export const flowMatchEuler: Method<typeof defaults> = {
  className: "FlowMatchEulerDiscreteScheduler",
  defaults,
  allowed: {
    prediction_type: ["flow_prediction"],
    time_shift_type: ["exponential", "linear"],
  },
  takes: ["sigmas"],
  schedule(settings, steps, { mu, sigmas: given }) {
    // What is given ends with the level to end at, which is 0 here.
    const falling = flowSigmas(settings, steps, { mu, sigmas: given?.slice(0, -1) });
    const sigmas = settings.invert_sigmas ? [...falling.map((sigma) => f32(1 - sigma)), 1] : [...falling, 0];
    return {
      timesteps: sigmas.slice(0, -1).map((sigma) => f32(sigma * settings.num_train_timesteps)),
      order: 1,
      initNoiseSigma: 1,
      // As pipelines for flow matching count: what is left out is rounded down, not what is done.
      begin: (strength) => Math.trunc(Math.max(steps - Math.min(steps * strength, steps), 0)),
      level: (i) => ({ signal: f32(1 - sigmas[i]!), noise: sigmas[i]!, norm: 1 }),
      sampler:
        () =>
        ({ i, x, output, denoised, randn }) => {
          const [sigma, next] = [sigmas[i]!, sigmas[i + 1]!];
          if (settings.stochastic_sampling) return combine([f32(1 - next), denoised], [next, randn()]);
          return combine([1, x], [f32(next - sigma), output]);
        },
    };
  },
};
