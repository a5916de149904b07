/** Which training timesteps a picture visits (Lin et al. 2024, table 2), highest first. */
import { Problem } from "../../shared/problem.ts";
import { arange, linspace, roundHalfEven } from "./float32.ts";

/** All but the last are diffusers'. */
export const TIMESTEP_SPACINGS = ["linspace", "leading", "trailing", "sgm_uniform"] as const;

export interface SpacingSettings {
  readonly num_train_timesteps: number;
  readonly timestep_spacing: string;
  readonly steps_offset: number;
}

/** `steps` timesteps, not rounded where spacing is "linspace" or "sgm_uniform". */
export function spacedTimesteps(settings: SpacingSettings, steps: number): number[] {
  const { num_train_timesteps: count, timestep_spacing, steps_offset } = settings;
  switch (timestep_spacing) {
    case "linspace":
      return linspace(0, count - 1, steps).reverse();
    case "leading": {
      const ratio = Math.floor(count / steps);
      return Array.from({ length: steps }, (_, i) => (steps - 1 - i) * ratio + steps_offset);
    }
    case "trailing":
      return arange(count, 0, -count / steps).map((t) => roundHalfEven(t) - 1);
    case "sgm_uniform":
      return sgmUniform(count, steps);
    default:
      throw unknownSpacing(timestep_spacing);
  }
}

/**
 * As multistep solvers space them: of `steps` + 1 points the last is left out, so that the final step does not begin at
 * the very end. `last`: one more than the highest timestep that may be visited.
 */
export function multistepTimesteps(settings: SpacingSettings, steps: number, last: number): number[] {
  const { num_train_timesteps: count, timestep_spacing, steps_offset } = settings;
  switch (timestep_spacing) {
    case "linspace":
      return linspace(0, last - 1, steps + 1)
        .map(roundHalfEven)
        .reverse()
        .slice(0, -1);
    case "leading": {
      const ratio = Math.floor(last / (steps + 1));
      return Array.from({ length: steps }, (_, i) => (steps - i) * ratio + steps_offset);
    }
    case "trailing":
      return arange(last, 0, -count / steps).map((t) => roundHalfEven(t) - 1);
    case "sgm_uniform":
      return sgmUniform(last, steps);
    default:
      throw unknownSpacing(timestep_spacing);
  }
}

/** From the last timestep to the first, of `steps` + 1 points without the last: what ComfyUI and A1111 call "SGM uniform". */
const sgmUniform = (count: number, steps: number): number[] => linspace(count - 1, 0, steps + 1).slice(0, -1);

function unknownSpacing(spacing: string): Problem {
  return new Problem(
    "scheduler-unsupported",
    `The scheduler's timestep_spacing "${spacing}" is not supported; use one of ${TIMESTEP_SPACINGS.join(", ")}.`,
  );
}

/** Throws Problem "request-invalid" where more steps are asked for than the model was trained with. */
export function requireStepsWithinTraining(settings: { readonly num_train_timesteps: number }, steps: number): void {
  if (steps > settings.num_train_timesteps) {
    throw new Problem(
      "request-invalid",
      `${steps} steps are more than the ${settings.num_train_timesteps} that the model was trained with.`,
    );
  }
}
