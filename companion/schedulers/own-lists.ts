/** Lists of timesteps or sigmas that a request chooses itself: which schedulers take them, and which lists make sense. */
import { Problem } from "../../shared/problem.ts";
import type { Method, ScheduleOptions } from "./method.ts";
import type { Settings } from "./settings.ts";
import { SIGMA_SWITCHES } from "./sigma-schedules.ts";

export interface OwnLists {
  readonly given: Pick<ScheduleOptions, "timesteps" | "sigmas">;
  /** That the list makes. */
  readonly steps: number;
}

interface Wishes {
  readonly timesteps?: readonly number[] | undefined;
  readonly sigmas?: readonly number[] | undefined;
}

/** Settings that place the timesteps themselves. */
const PLACING = [...SIGMA_SWITCHES, "use_lu_lambdas"];

/**
 * Undefined where there is none. Throws Problem "scheduler-unsupported" where the scheduler takes no such list, or not with
 * these settings, and "request-invalid" for a list that is not falling.
 */
export function ownLists(scheduler: Method<Settings>, settings: Settings, wishes: Wishes): OwnLists | undefined {
  const { timesteps, sigmas } = wishes;
  if (timesteps && sigmas) throw new Problem("request-invalid", "Give either `timesteps` or `sigmas`, not both.");
  const kind = timesteps ? "timesteps" : "sigmas";
  const list = timesteps ?? sigmas;
  if (list === undefined) return undefined;
  if (!scheduler.takes?.includes(kind)) {
    throw new Problem(
      "scheduler-unsupported",
      `${scheduler.className} takes no list of ${kind}: leave out \`${kind}\`.`,
    );
  }
  if (sigmas && sigmas.length < 2) {
    throw new Problem(
      "request-invalid",
      "The list of sigmas needs two entries or more: the last one is where the steps end.",
    );
  }
  if (list.some((value, i) => i > 0 && value >= list[i - 1]!)) {
    throw new Problem("request-invalid", `The list of ${kind} must fall from each entry to the next.`);
  }
  if (sigmas) return { given: { sigmas }, steps: sigmas.length - 1 };

  const trained = Number(settings.num_train_timesteps);
  if (list[0]! >= trained) {
    throw new Problem("request-invalid", `The model was trained with timesteps below ${trained}: received ${list[0]}.`);
  }
  const placing = PLACING.find((key) => settings[key]) ?? continuous(settings);
  if (placing !== undefined) {
    throw new Problem("scheduler-unsupported", `A list of timesteps cannot be used with the setting "${placing}".`);
  }
  return { given: { timesteps: list }, steps: list.length };
}

function continuous({ timestep_type, prediction_type }: Settings): string | undefined {
  return timestep_type === "continuous" && prediction_type === "v_prediction" ? "timestep_type" : undefined;
}
