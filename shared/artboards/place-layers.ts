/** Where the layers over a key visual lie in another format: they keep their sizes, their sides and how they lie to each other. */
import type { Rect, Size } from "../geometry.ts";
import { isWithin, moved, overlapOf, unionOf } from "./boxes.ts";

/** A layer over the picture, in the key visual's own space. */
export interface OverLayer extends Rect {
  readonly id: string;
}

export interface PlacedLayer extends OverLayer {
  /** Whether the whole of it lies in the safe area. */
  readonly fits: boolean;
}

type Side = "start" | "middle" | "end";

/** Canvas pixels between blocks that would lie on each other. */
const GAP = 16;

/**
 * Those that hold to the same sides are one block, which is moved as a whole: as far from these sides as before where the safe area
 * allows it, otherwise at its edge. Blocks that would lie on each other are put under (at the foot: above) each other.
 */
export function placeLayers(
  layers: readonly OverLayer[],
  visual: Size,
  { size, safe }: { readonly size: Size; readonly safe: Rect },
): PlacedLayer[] {
  const blocks = new Map<string, OverLayer[]>();
  for (const layer of layers) {
    const key = `${sideOf(layer.y, layer.height, visual.height)} ${sideOf(layer.x, layer.width, visual.width)}`;
    blocks.set(key, [...(blocks.get(key) ?? []), layer]);
  }
  const put: Rect[] = [];
  const placed = [...blocks].flatMap(([key, block]) => {
    const [vertical, horizontal] = key.split(" ") as [Side, Side];
    const from = unionOf(block);
    const x = placeOn(horizontal, [from.x, from.width, visual.width], [safe.x, safe.width, size.width]);
    const y = placeOn(vertical, [from.y, from.height, visual.height], [safe.y, safe.height, size.height]);
    const box = aside({ ...from, x, y }, put, { safe, upward: vertical === "end" });
    put.push(box);
    return block.map((layer) => {
      const now = moved(layer, box.x - from.x, box.y - from.y);
      return { ...now, fits: isWithin(now, safe) };
    });
  });
  return layers.map(({ id }) => placed.find((layer) => layer.id === id)!);
}

/** By how the free space is shared between its two sides. */
function sideOf(at: number, length: number, whole: number): Side {
  const free = whole - length;
  if (free <= 0.1 * whole) return at < 0.02 * whole ? "start" : "middle";
  const share = at / free;
  return share < 0.34 ? "start" : share > 0.66 ? "end" : "middle";
}

type Span = readonly [at: number, length: number, whole: number];

function placeOn(side: Side, [at, length, from]: Span, [safe, safeLength, to]: Span): number {
  const last = safe + safeLength - length;
  const wanted = {
    start: at,
    middle: from === length ? (to - length) / 2 : (at / (from - length)) * (to - length),
    end: to - (from - at),
  }[side];
  if (last < safe) return Math.round({ start: safe, middle: safe + (safeLength - length) / 2, end: last }[side]);
  return Math.round(Math.min(Math.max(wanted, safe), last));
}

/** Away from what is there already, as long as that stays in the safe area. */
function aside(box: Rect, others: readonly Rect[], { safe, upward }: { safe: Rect; upward: boolean }): Rect {
  const hits = (at: Rect) =>
    others.filter((other) => overlapOf(at, other).width > 0 && overlapOf(at, other).height > 0);
  const along = (direction: 1 | -1) => {
    let at = box;
    for (let hit = hits(at); hit.length > 0; hit = hits(at)) {
      const { y, height } = unionOf(hit);
      at = { ...at, y: direction > 0 ? y + height + GAP : y - GAP - at.height };
      if (!isWithin(at, safe)) return undefined;
    }
    return at;
  };
  const [first, second] = upward ? ([-1, 1] as const) : ([1, -1] as const);
  return along(first) ?? along(second) ?? box;
}
