/** Random pictures, masks and transforms for a Fill, as the playground's own records. */
import type { ImagePaint } from "../../playground/host/paint.ts";
import type { NodeRecord, NodeType } from "../../playground/host/record.ts";
import type { Transform } from "../../playground/host/transform.ts";
import type { MaskEdge } from "../../shared/request.ts";

export interface FillCase {
  readonly seed: number;
  /** Of the picture, pixels. */
  readonly image: { readonly width: number; readonly height: number; readonly alpha: boolean };
  readonly kind: "image" | "drawn";
  readonly target: Fields;
  /** The frames around it, outermost first. */
  readonly around: readonly Fields[];
  readonly paint: Omit<ImagePaint, "type" | "imageHash">;
  readonly mask: Fields & { readonly type: NodeType };
  readonly edge: MaskEdge;
  readonly edgeWidth: number | undefined;
  /** At which everything is compared. */
  readonly scale: 0.5 | 1 | 2 | 3 | 4;
}
/** How a picture is expanded. */
export interface ExpandCase {
  /** The button that is pressed first. */
  readonly share: "25 %" | "50 %" | "100 %" | "To its frame";
  /** Then arrow keys on these edges. */
  readonly nudges: readonly { readonly edge: string; readonly keys: string }[];
  readonly edge: "Keep the picture" | "Blend into it";
  readonly layering: "Behind it" | "In front" | "Grow the layer";
}

/** With dice of its own: what else there is of the seed's case stays what it is. */
export function expandCase(seed: number): ExpandCase {
  const d = dice(seed * 104729 + 7);
  const edges = [
    { edge: "Left edge", keys: "ArrowLeft" },
    { edge: "Upper edge", keys: "ArrowUp" },
    { edge: "Right edge", keys: "ArrowRight" },
    { edge: "Lower edge", keys: "ArrowDown" },
  ];
  const modified = (keys: string) => `${d.one(["", "Shift+", "Alt+", "Alt+Shift+"])}${keys}`;
  return {
    share: d.one(["25 %", "50 %", "100 %", "To its frame"] as const),
    nudges: edges.filter(() => d.chance(0.4)).map(({ edge, keys }) => ({ edge, keys: modified(keys) })),
    edge: d.one(["Keep the picture", "Keep the picture", "Blend into it"] as const),
    layering: d.one(["Behind it", "Behind it", "In front", "Grow the layer"] as const),
  };
}

type Fields = Partial<NodeRecord>;

/** Mulberry32: 0 … 1. */
function dice(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    between: (low: number, high: number) => low + (high - low) * next(),
    whole: (low: number, high: number) => Math.floor(low + (high - low + 1) * next()),
    chance: (share: number) => next() < share,
    one: <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!,
  };
}
type Dice = ReturnType<typeof dice>;

/** Turned and flipped about the middle of a box, whose middle goes to `at`. */
function placed(
  { width, height }: Required<Pick<NodeRecord, "width" | "height">>,
  at: readonly [number, number],
  turn: { angle: number; flip: boolean },
): Transform {
  const [cos, sin] = [Math.cos(turn.angle), Math.sin(turn.angle)];
  const f = turn.flip ? -1 : 1;
  const [[a, c], [b, d]] = [
    [f * cos, -sin],
    [f * sin, cos],
  ] as const;
  return [
    [a!, c!, at[0] - (a! * width + c! * height) / 2],
    [b!, d!, at[1] - (b! * width + d! * height) / 2],
  ];
}

function angleOf(d: Dice): number {
  if (d.chance(0.35)) return 0;
  return d.chance(0.3) ? d.one([Math.PI / 2, Math.PI, -Math.PI / 2]) : d.between(-Math.PI, Math.PI);
}

function paintOf(d: Dice, kind: FillCase["kind"]): FillCase["paint"] {
  const scaleMode = kind === "drawn" ? "FILL" : d.one(["FILL", "FIT", "CROP", "CROP", "TILE", "FILL"] as const);
  if (scaleMode === "TILE") return { scaleMode, scalingFactor: d.one([0.25, 0.4, 0.5, 1]) };
  if (scaleMode !== "CROP") return { scaleMode, ...(d.chance(0.3) && { rotation: d.one([90, 180, 270]) }) };
  const [angle, zoom] = [d.chance(0.5) ? 0 : d.between(-0.5, 0.5), d.between(0.4, 1.3)];
  const [cos, sin] = [Math.cos(angle) * zoom, Math.sin(angle) * zoom];
  const f = d.chance(0.25) ? -1 : 1;
  const [x, y] = [d.between(0.35, 0.65), d.between(0.35, 0.65)];
  return {
    scaleMode,
    imageTransform: [
      [f * cos, -sin, x - (f * cos - sin) / 2],
      [f * sin, cos, y - (f * sin + cos) / 2],
    ],
  };
}

export function fillCase(seed: number): FillCase {
  const d = dice(seed * 7919 + 1);
  const kind = d.chance(0.25) ? "drawn" : "image";
  const size = { width: d.whole(60, 240), height: d.whole(60, 240) };
  const radius = d.chance(0.4) ? d.whole(2, 30) : 0;
  const around = Array.from({ length: d.whole(0, 2) }, () => ({
    width: 400,
    height: 400,
    clipsContent: d.chance(0.4),
    transform: placed({ width: 400, height: 400 }, [d.whole(190, 210), d.whole(190, 210)], {
      angle: d.chance(0.7) ? 0 : d.between(-0.4, 0.4),
      flip: d.chance(0.2),
    }),
  }));
  const at = [d.chance(0.8) ? d.whole(160, 240) : d.between(160, 240), d.whole(160, 240)] as const;
  // Every third is larger than most of the pictures.
  const largest = seed % 3 === 0 ? 320 : 110;
  const maskSize = { width: d.whole(6, largest), height: d.whole(6, largest) };
  const reach = 0.4;
  const maskAt = [
    at[0] + d.between(-reach, reach) * size.width,
    at[1] + d.between(-reach, reach) * size.height,
  ] as const;
  const edge = d.one(["hard", "soft", "spill"] as const);
  return {
    seed,
    kind,
    image: { width: d.whole(40, 500), height: d.whole(40, 500), alpha: d.chance(0.15) },
    target: {
      ...size,
      radii: [radius, radius, d.chance(0.5) ? radius : 0, radius],
      transform: placed(size, at, { angle: angleOf(d), flip: d.chance(0.25) }),
    },
    around,
    paint: paintOf(d, kind),
    mask: {
      type: d.one(["RECTANGLE", "ELLIPSE", "STAR"] as const),
      ...maskSize,
      ...{ pointCount: 5, opacity: d.one([1, 0.5]) },
      transform: placed(maskSize, maskAt, { angle: angleOf(d), flip: false }),
    },
    edge,
    edgeWidth: edge !== "hard" && d.chance(0.4) ? d.whole(1, 24) : undefined,
    scale: d.one([0.5, 1, 1, 2, 2, 3, 4] as const),
  };
}
