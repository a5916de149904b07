import type { Size } from "../../../shared/geometry.ts";
import { t } from "../text/language.ts";
import type { Picture } from "./picture.ts";
import { isActive } from "./picture.ts";

/** Seconds a step took, by model and size. */
export type Pace = Readonly<Record<string, number>>;

const key = (model: string, { width, height }: Size) => `${model}|${width}×${height}`;
const MOST_ENTRIES = 40;

/** The pace with one more picture's time in it. */
export function learnPace(pace: Pace, run: { model: string; size: Size; steps: number; seconds: number }): Pace {
  if (!(run.steps > 0 && run.seconds > 0)) return pace;
  const { [key(run.model, run.size)]: _, ...others } = pace;
  return Object.fromEntries([
    ...Object.entries(others).slice(-MOST_ENTRIES + 1),
    [key(run.model, run.size), run.seconds / run.steps],
  ]);
}

/**
 * Seconds that a run will take, from what earlier ones took: the same size, or another size of the same model in
 * proportion to the area. Null before the first picture.
 */
export function estimateSeconds(
  pace: Pace,
  run: { model: string; size: Size; steps: number; count: number },
): number | null {
  const exact = pace[key(run.model, run.size)];
  if (exact !== undefined) return exact * run.steps * run.count;
  const known = Object.entries(pace).findLast(([name]) => name.startsWith(`${run.model}|`));
  const [width, height] =
    known?.[0]
      .slice(run.model.length + 1)
      .split("×")
      .map(Number) ?? [];
  if (known === undefined || !width || !height) return null;
  return ((known[1] * run.size.width * run.size.height) / (width * height)) * run.steps * run.count;
}

/** "About 6 s", "About 2 min". */
export function inWords(seconds: number): string {
  if (seconds < 1.5) return t.run.seconds(1);
  if (seconds < 90) return t.run.seconds(Math.round(seconds));
  return t.run.minutes(Math.round(seconds / 60));
}

/** Seconds until the whole run is finished, or null while nothing is known. */
export function secondsLeftOfRun(pictures: readonly Picture[]): number | null {
  const running = pictures.find(({ phase }) => phase === "running");
  if (running?.secondsLeft == null) return null;
  const times = pictures.map(({ seconds }) => seconds).filter((seconds): seconds is number => seconds !== null);
  const waiting = pictures.filter(isActive).length - 1;
  const one =
    times.length > 0
      ? times.reduce((sum, seconds) => sum + seconds, 0) / times.length
      : (running.secondsLeft * running.of) / Math.max(1, running.of - running.step);
  return running.secondsLeft + waiting * one;
}

/** Where it takes longer than it should. */
export function patienceWords({
  stage,
  step,
  quietSeconds,
  silentSeconds,
}: Pick<Picture, "stage" | "step" | "quietSeconds" | "silentSeconds">): string | null {
  if (silentSeconds !== null) return t.pictures.silent(silentSeconds);
  if (quietSeconds === null) return null;
  return stage === "denoising" && step > 1
    ? t.pictures.slow(inWords(quietSeconds))
    : t.pictures.still(inWords(quietSeconds));
}
