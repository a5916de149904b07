import { t } from "./language.ts";

/** "14:05" of today, "28 Nov, 14:05" of this year, "28 Nov 2025" of another. Milliseconds since 1970. */
export function whenInWords(time: number, now: number): string {
  const [then, today] = [new Date(time), new Date(now)];
  const clock = `${then.getHours()}:${String(then.getMinutes()).padStart(2, "0")}`;
  if (then.toDateString() === today.toDateString()) return clock;
  const day = t.pictures.day(then.getDate(), t.pictures.months[then.getMonth()]!);
  return then.getFullYear() === today.getFullYear() ? `${day}, ${clock}` : `${day} ${then.getFullYear()}`;
}
