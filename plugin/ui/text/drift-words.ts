import type { Drift } from "../../../shared/drift.ts";
import { t } from "./language.ts";

/** Per cent: what differs less is one size, and no other size. */
const LEAST = 0.05;

/** What was found of a picture's drift and done about it; null where nothing was asked for. */
export function driftInWords(drift: Drift | undefined): string | null {
  if (drift?.place === undefined && drift?.color === undefined) return null;
  const { place, moved, color, levels } = drift;
  if (place === "unknown" || color === "unknown") return t.drift.unknown;
  const found = [
    ...(moved ? [...placeWords(moved)] : []),
    ...(color === "brought-back" && levels !== undefined ? [t.drift.tinted(levels)] : []),
  ];
  const said = [
    ...(found.length > 0 ? [t.drift.putBack(found.join(", "))] : []),
    ...(color === "changed" ? [t.drift.colorsChanged] : []),
  ];
  return said.length > 0 ? said.join(" ") : t.drift.inPlace;
}

function placeWords({ x, y, width, height }: NonNullable<Drift["moved"]>): string[] {
  const distance = Math.hypot(x, y);
  const [wide, high] = [100 * (width - 1), 100 * (height - 1)];
  const sizes =
    Math.abs(wide - high) < LEAST
      ? [sized((wide + high) / 2, t.drift.larger, t.drift.smaller)]
      : [sized(wide, t.drift.wider, t.drift.narrower), sized(high, t.drift.higher, t.drift.lower)];
  return [...(distance >= 0.05 ? [t.drift.moved(distance)] : []), ...sizes.flatMap((each) => each ?? [])];
}

const sized = (percent: number, more: (by: number) => string, less: (by: number) => string): string | undefined =>
  Math.abs(percent) < LEAST ? undefined : percent > 0 ? more(percent) : less(-percent);
