import type { Live } from "./live.ts";
import type { State } from "./state.ts";

/** Live where it acts: in Edit, while its frame, something in it or nothing is selected. */
export function liveHere(state: Pick<State, "live" | "view" | "mode" | "selection" | "around">): Live | null {
  const { live, view, mode, selection, around } = state;
  if (live === null || view !== "create" || mode !== "edit") return null;
  const { id } = live.target;
  const isTarget = selection.kind === "target" && selection.target.id === id;
  return selection.kind === "none" || isTarget || around.includes(id) ? live : null;
}
