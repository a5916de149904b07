import type { WantedNorm } from "../networks/vae-strip.ts";
import { type Tensor, tensor } from "../tensor.ts";

/** Gathers what a group norm sees, strip by strip. */
export interface Sums {
  /** Rows start … end-1 of part [1, C, H, W]. */
  add(part: Tensor, rows: readonly [start: number, end: number]): void;
  /** As the strip graph takes them: `shift.PATH` and `scale.PATH` [1, G, 1]. */
  moments(): Record<string, Tensor>;
}

/** Sums in float64, about each group's first value, so that a large mean takes nothing from the variance. */
export function createSums({ path, groups, eps }: WantedNorm): Sums {
  const pivot = new Float64Array(groups);
  const sum = new Float64Array(groups);
  const squares = new Float64Array(groups);
  let count = 0;
  return {
    add: ({ data, dims }, [start, end]) => {
      const [, channels, height, width] = dims as [number, number, number, number];
      const perGroup = channels / groups;
      for (let c = 0; c < channels; c++) {
        const g = Math.floor(c / perGroup);
        const begin = (c * height + start) * width;
        const stop = (c * height + end) * width;
        if (count === 0 && c % perGroup === 0) pivot[g] = data[begin]!;
        const origin = pivot[g]!;
        let [first, second] = [0, 0];
        for (let i = begin; i < stop; i++) {
          const value = data[i]! - origin;
          first += value;
          second += value * value;
        }
        sum[g]! += first;
        squares[g]! += second;
      }
      count += perGroup * (end - start) * width;
    },
    moments: () => {
      const shift = sum.map((value, g) => -(pivot[g]! + value / count));
      const scale = squares.map((value, g) => 1 / Math.sqrt(value / count - (sum[g]! / count) ** 2 + eps));
      return {
        [`shift.${path}`]: tensor(Float32Array.from(shift), [1, groups, 1]),
        [`scale.${path}`]: tensor(Float32Array.from(scale), [1, groups, 1]),
      };
    },
  };
}
