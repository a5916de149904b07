import { t } from "../text/language.ts";
import type { Picture } from "./picture.ts";
import { isActive } from "./picture.ts";

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
