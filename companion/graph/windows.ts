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
  const seen = (place: number, side: number, repeats: boolean) => (repeats ? (place + side) % side : place);
  const untouched = tall === height && wide === width && padding.every((side) => side === 0);
  // Plain loops: there are as many places as the largest pictures have pixels.
  const places = () => {
    const found = new Int32Array(batch * size[0] * size[1] * kernel ** 2);
    let at = 0;
    for (let b = 0; b < batch; b++)
      for (let y = 0; y < size[0]; y++)
        for (let x = 0; x < size[1]; x++)
          for (let i = 0; i < kernel; i++)
            for (let j = 0; j < kernel; j++) {
              const row = seen(y * stride - top + i, tall, edges === "around");
              const column = seen(x * stride - left + j, wide, edges !== "zeros");
              const inside = row >= 0 && row < tall && column >= 0 && column < wide;
              const from = [Math.floor((row * height) / tall), Math.floor((column * width) / wide)] as const;
              found[at++] = inside ? (b * height + from[0]) * width + from[1] : batch * height * width;
            }
    return found;
  };
  return { size, places, trivial: kernel === 1 && stride === 1 && untouched };
}
