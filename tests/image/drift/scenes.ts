/** Pictures that are functions of a place, so that they can be drawn moved and resized exactly. */
import type { Placement } from "../../../companion/image/drift/placement.ts";
import { createGenerator } from "../../../companion/random/generator.ts";
import type { PixelImage } from "../../../shared/pixels.ts";

/** Levels of 255 at a place, pixels from the middle. */
export type Scene = (x: number, y: number) => readonly [number, number, number];

/** Coloured blobs of many sizes on a gradient: structure everywhere, no two seeds alike. */
export function blobs(seed: number, side: number): Scene {
  const { data } = createGenerator(seed).randn([120, 6]);
  const all = Array.from({ length: 120 }, (_, i) => {
    const [a, b, c, r, g, bl] = data.subarray(6 * i, 6 * i + 6) as unknown as number[];
    const [x, y, radius] = [(a! * side) / 3, (b! * side) / 3, (Math.abs(c!) * side) / 20 + 3];
    return { x, y, radius, color: [30 * r!, 30 * g!, 30 * bl!] as const };
  });
  return (x, y) => {
    const out: [number, number, number] = [128 + (20 * x) / side, 122 + (20 * y) / side, 118];
    for (const blob of all) {
      const at = ((x - blob.x) ** 2 + (y - blob.y) ** 2) / blob.radius ** 2;
      if (at > 9) continue;
      const height = 1 / (1 + Math.exp(6 * (at - 1)));
      for (let c = 0; c < 3; c++) out[c]! += height * blob.color[c]!;
    }
    return out;
  };
}

interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly placement?: Placement;
  /** What is there instead, and where. */
  readonly changed?: { readonly scene: Scene; readonly at: (x: number, y: number) => boolean };
  readonly color?: (level: number, channel: number, all: readonly number[]) => number;
  /** Levels, deviation. */
  readonly noise?: number;
}

export function draw(scene: Scene, { width, height, placement, changed, color, noise = 0 }: Drawn): PixelImage {
  const at = placement ?? { x: 0, y: 0, width: 1, height: 1 };
  const data = new Uint8Array(width * height * 4).fill(255);
  const grain = noise > 0 ? createGenerator(99).randn([width * height * 3]).data : undefined;
  for (let j = 0, i = 0; j < height; j++)
    for (let k = 0; k < width; k++, i++) {
      const x = (k + 0.5 - width / 2 - at.x) / at.width;
      const y = (j + 0.5 - height / 2 - at.y) / at.height;
      const levels = changed?.at(x, y) ? changed.scene(x, y) : scene(x, y);
      for (let c = 0; c < 3; c++) {
        const level = color ? color(levels[c]!, c, levels) : levels[c]!;
        data[4 * i + c] = Math.min(Math.max(Math.round(level + noise * (grain?.[3 * i + c] ?? 0)), 0), 255);
      }
    }
  return { width, height, data };
}
