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
  const from = new Int32Array(4);
  for (let y = 0, to = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++, to++) {
      let [there, known] = [0, 0];
      for (let sy = 2 * y; sy < Math.min(2 * y + 2, height); sy++)
        for (let sx = 2 * x; sx < Math.min(2 * x + 2, width); sx++) {
          const i = sy * width + sx;
          from[there++] = i;
          if (hole[i] === 0) known++;
        }
      const all = 2 * known < there;
      if (all && known < there) outHole[to] = 1;
      for (let c = 0; c < CHANNELS; c++) {
        let sum = 0;
        for (let k = 0; k < there; k++) if (all || hole[from[k]!] === 0) sum += values[from[k]! * CHANNELS + c]!;
        out.values[to * CHANNELS + c] = sum / (all ? there : known);
      }
    }
  return { ...out, hole: outHole };
}
