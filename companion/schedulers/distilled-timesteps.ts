import { Problem } from "../../shared/problem.ts";

export interface DistilledSettings {
  readonly num_train_timesteps: number;
  /** Timesteps that the model was distilled at. */
  readonly original_inference_steps: number;
}

/** `steps` of the timesteps that a consistency model was distilled at, evenly by index, highest first. */
export function distilledTimesteps(settings: DistilledSettings, steps: number): number[] {
  const { original_inference_steps: original, num_train_timesteps: count } = settings;
  if (original > count || steps > original) {
    throw new Problem(
      "request-invalid",
      `This scheduler takes at most ${Math.min(original, count)} steps (original_inference_steps): ${steps} were asked for.`,
    );
  }
  const stride = Math.floor(count / original);
  return Array.from({ length: steps }, (_, i) => {
    const index = Math.floor(i * (original / steps));
    return (original - index) * stride - 1;
  });
}
