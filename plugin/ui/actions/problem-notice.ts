import type { ProblemData } from "../../../shared/problem.ts";
import type { AppEvent } from "../state/events.ts";
import type { Notice } from "../state/state.ts";
import { problemInWords } from "../text/said.ts";

/** Says what went wrong, and what can be done about it. */
export function problemNotice(problem: ProblemData, action?: Notice["action"]): AppEvent {
  return { type: "notice", notice: { tone: "problem", ...problemInWords(problem), ...(action && { action }) } };
}
