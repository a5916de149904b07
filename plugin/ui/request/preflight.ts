import { requestedSize } from "../../../shared/request.ts";
import { type Estimate, estimate, workOf } from "../state/experience.ts";
import { rowsOf } from "../state/rows.ts";
import type { State } from "../state/state.ts";
import { buildRequest } from "./build-request.ts";
import { atQuality } from "./drafts.ts";
import { intentsOf } from "./intent.ts";

/**
 * What the run that the panel describes will take: the seconds of all its pictures, and the memory of the one that takes most.
 * Null before the first picture. Throws as `intentsOf` where something is missing.
 */
export function preflight(state: State): Estimate | null {
  const rows = rowsOf(state);
  const estimates = atQuality(intentsOf(state), state).map((intent, i) => {
    const request = buildRequest({ ...intent, target: rows[i]!.target, fill: state.fill }, 0);
    const size = requestedSize(request);
    return size && estimate(state.settings.experience, workOf(request, size), intent.seeds.length);
  });
  if (!estimates.every((each) => each != null)) return null;
  const [most] = estimates.flatMap(({ memory }) => (memory === null ? [] : [memory])).sort((a, b) => b.need - a.need);
  return { seconds: estimates.reduce((sum, { seconds }) => sum + seconds, 0), memory: most ?? null };
}
