/** From what the network says to what it means: the only place that knows epsilon-, v-, sample- and flow-prediction. */
import { Problem } from "../../shared/problem.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { combine, f32 } from "./float32.ts";
import type { NoiseLevel } from "./noise-level.ts";

export const PREDICTION_TYPES = ["epsilon", "v_prediction", "sample"] as const;

export interface PredictionSettings {
  readonly prediction_type: string;
  readonly clip_sample?: boolean;
  readonly clip_sample_range?: number;
  readonly thresholding?: boolean;
  readonly dynamic_thresholding_ratio?: number;
  readonly sample_max_value?: number;
}

/** x0 and ε out of the network's output at latent `x`. `noise` is computed when it is asked for. */
export function predict(
  settings: PredictionSettings,
  level: NoiseLevel,
  output: Tensor,
  x: Tensor,
): { denoised: Tensor; noise: () => Tensor } {
  const { signal, noise, norm } = level;
  const norm2 = f32(norm * norm);
  switch (settings.prediction_type) {
    case "epsilon": {
      const scaled = combine([1, x], [-noise, output]);
      const denoised =
        signal === 1
          ? scaled
          : tensor(
              scaled.data.map((value) => value / signal),
              x.dims,
            );
      return { denoised: restrain(settings, denoised), noise: () => output };
    }
    case "sample":
    case "original_sample":
      return {
        denoised: restrain(settings, output),
        noise: () =>
          tensor(
            combine([1, x], [-signal, output]).data.map((value) => value / noise),
            x.dims,
          ),
      };
    case "v_prediction":
      // Salimans and Ho 2022, "Progressive Distillation", section 4: v = √ᾱ ε − √(1 − ᾱ) x0.
      return {
        denoised: restrain(settings, combine([-noise / norm, output], [signal / norm2, x])),
        noise: () => combine([signal / norm, output], [noise / norm2, x]),
      };
    case "flow_prediction":
      // Lipman et al. 2023, "Flow Matching for Generative Modeling", along straight paths: v = ε − x0.
      return {
        denoised: restrain(settings, combine([1, x], [-noise, output])),
        noise: () => combine([1, x], [signal, output]),
      };
    default:
      throw new Problem(
        "scheduler-unsupported",
        `The prediction_type "${settings.prediction_type}" is not supported; use one of ${PREDICTION_TYPES.join(", ")}.`,
      );
  }
}

/** How much x0 changes with the network's output, ∂x0/∂output, before it is clipped: the same at every place. */
export function slopeOf(settings: PredictionSettings, { signal, noise, norm }: NoiseLevel): number {
  switch (settings.prediction_type) {
    case "epsilon":
      return -noise / signal;
    case "v_prediction":
      return -noise / norm;
    case "flow_prediction":
      return -noise;
    default:
      return 1;
  }
}

/** Clips x0 as the settings say. */
function restrain(settings: PredictionSettings, x0: Tensor): Tensor {
  if (settings.thresholding) {
    const { dynamic_thresholding_ratio = 0.995, sample_max_value = 1 } = settings;
    const limit = Math.min(Math.max(quantile(x0.data.map(Math.abs), dynamic_thresholding_ratio), 1), sample_max_value);
    // Saharia et al. 2022, "Imagen", section 2.3: dynamic thresholding.
    return tensor(
      clamp(x0.data, limit).map((value) => value / limit),
      x0.dims,
    );
  }
  if (settings.clip_sample) return tensor(clamp(x0.data, settings.clip_sample_range ?? 1), x0.dims);
  return x0;
}

function clamp(data: Float32Array, limit: number): Float32Array {
  return data.map((value) => Math.min(Math.max(value, -limit), limit));
}

/** torch.quantile with linear interpolation. */
function quantile(values: Float32Array, ratio: number): number {
  const sorted = values.sort();
  const rank = f32(f32(ratio) * (sorted.length - 1));
  const below = Math.floor(rank);
  const [low, high] = [sorted[below]!, sorted[Math.ceil(rank)]!];
  return f32(low + f32((rank - below) * f32(high - low)));
}
