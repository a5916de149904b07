import { t } from "./language.ts";

/** How finely the model draws what is replaced, for who does not count in factors: `times` its pixels to one of the canvas. */
export function finenessInWords(times: number): string {
  if (times >= 1.15) return t.fill.finer(t.common.figure(times, 1));
  if (times > 0.87) return t.fill.same;
  return t.fill.coarser(t.common.figure(1 / times, 1));
}
