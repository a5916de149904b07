/** Which pixels the windows of a convolution see. */
import type { Dialect } from "./dialect.ts";
import type { Padding } from "./ops/products.ts";

/** How windows lie on a picture that is first resized by nearest neighbour to `resized`; absent: it stays as it is. */
export interface WindowOptions {
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: Padding;
  readonly resized?: readonly [height: number, width: number];
  /** What lies beyond the picture's edges, as the dialect says. */
  readonly edges?: Dialect["edges"];
}

export interface Windows {
  /** Of the result. */
  readonly size: readonly [height: number, width: number];
  /** For each place of the result [batch · height · width], the pixels under its taps; the pixels' count: outside. */
  places(): Int32Array;
  /** Each place sees its own pixel alone. */
  readonly trivial: boolean;
}

/** On pictures [batch, height, width] that lie pixel by pixel. */
export function windowsOn(
  [batch, height, width]: readonly [batch: number, height: number, width: number],
  {
    kernel,
    stride = 1,
    padding = [0, 0, 0, 0],
    resized: [tall, wide] = [height, width],
    edges = "zeros",
  }: WindowOptions,
): Windows {
  const [top, left, bottom, right] = padding;
  const along = (side: number, around: number) => Math.floor((side + around - kernel) / stride) + 1;
  const size = [along(tall, top + bottom), along(wide, left + right)] as const;
  const untouched = tall === height && wide === width && padding.every((side) => side === 0);
  // Plain loops: there are as many places as the largest pictures have pixels.
  const places = () => {
    const rows = seenAlong([height, tall, size[0]], { kernel, stride, before: top, repeats: edges === "around" });
    const columns = seenAlong([width, wide, size[1]], { kernel, stride, before: left, repeats: edges !== "zeros" });
    const found = new Int32Array(batch * size[0] * size[1] * kernel ** 2);
    let at = 0;
    for (let b = 0; b < batch; b++)
      for (let y = 0; y < rows.length; y += kernel)
        for (let x = 0; x < columns.length; x += kernel)
          for (let i = 0; i < kernel; i++) {
            const row = rows[y + i]!;
            for (let j = 0; j < kernel; j++) {
              const column = columns[x + j]!;
              found[at++] = row < 0 || column < 0 ? batch * height * width : (b * height + row) * width + column;
            }
          }
    return found;
  };
  return { size, places, trivial: kernel === 1 && stride === 1 && untouched };
}

/** For each of `count` windows along a side, the pixels under its taps; -1: outside. */
function seenAlong(
  [side, resized, count]: readonly [side: number, resized: number, count: number],
  { kernel, stride, before, repeats }: { kernel: number; stride: number; before: number; repeats: boolean },
): Int32Array {
  return Int32Array.from({ length: count * kernel }, (_, k) => {
    const place = Math.floor(k / kernel) * stride - before + (k % kernel);
    const at = repeats ? (place + resized) % resized : place;
    return at >= 0 && at < resized ? Math.floor((at * side) / resized) : -1;
  });
}
