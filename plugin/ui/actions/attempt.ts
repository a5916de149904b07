import { Problem } from "../../../shared/problem.ts";
import type { Store } from "../state/store.ts";
import { problemNotice } from "./problem-notice.ts";

/** Runs an effect. Whatever goes wrong in it is said to the designer. */
export type Attempt = (effect: () => Promise<void>) => Promise<void>;

export function attemptsOf(store: Store): Attempt {
  return async (effect) => {
    try {
      await effect();
    } catch (error) {
      const problem = Problem.from(error);
      if (problem.code === "internal") console.error(error);
      store.dispatch(problemNotice(problem));
    }
  };
}
