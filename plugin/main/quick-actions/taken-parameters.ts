import * as v from "valibot";
import { Problem, type ProblemData } from "../../../shared/problem.ts";
import { type QuickAction, quickAction } from "../../bridge.ts";

/** What the run was given by the quick actions box, or why that can't be used; neither where it was started in another way. */
export function takenParameters(run: RunEvent): { asked?: QuickAction; problem?: ProblemData } {
  if (run.command !== "generate" || run.parameters === undefined) return {};
  const taken = v.safeParse(quickAction, run.parameters);
  if (taken.success) return { asked: taken.output };
  const message = "What was given to Generate is no prompt, or no number of pictures from 1 to 4. Type it here.";
  return { problem: new Problem("request-invalid", message).toJSON() };
}
