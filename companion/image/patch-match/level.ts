import type { Size } from "../../../shared/geometry.ts";

/** A picture with a hole, at one size of the pyramid. */
export interface Level extends Size {
  /** Three channels, interleaved. */
  readonly values: Float32Array;
  /** 1: in the hole. */
  readonly hole: Uint8Array;
}

export const CHANNELS = 3;

/**
 * Half as long a side. Of each two by two pixels those that are known count; a pixel is in the hole where more than half of it is,
 * and has the mean of all then.
 */
export function halved({ width, height, values, hole }: Level): Level {
  const size = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const out = { ...size, values: new Float32Array(size.width * size.height * CHANNELS) };
  const outHole = new Uint8Array(size.width * size.height);
  for (let y = 0, to = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++, to++) {
      const from = [0, 1, 2, 3].flatMap((i) => {
        const [sx, sy] = [2 * x + (i & 1), 2 * y + (i >> 1)];
        return sx < width && sy < height ? [sy * width + sx] : [];
      });
      const known = from.filter((i) => hole[i] === 0);
      const counted = 2 * known.length >= from.length ? known : from;
      if (counted === from && known.length < from.length) outHole[to] = 1;
      for (let c = 0; c < CHANNELS; c++)
        out.values[to * CHANNELS + c] = counted.reduce((sum, i) => sum + values[i * CHANNELS + c]!, 0) / counted.length;
    }
  return { ...out, hole: outHole };
}
