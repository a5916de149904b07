/** The forms that a weight's gain comes in. */
import { deferred } from "../files/deferred-numbers.ts";
import type { Numbers } from "../files/tensor-data.ts";
import { asMatrix, kronecker, multiply, ONE } from "./arithmetic.ts";
import type { Gain, Scale } from "./change.ts";

/** scale · up [out, rank] · down [rank, in · kernel]. Hu et al. 2021, equation 3. */
export const lowRank = (down: Numbers, up: Numbers, scale: Scale): Gain => ({
  ...{ whole: () => multiply(up, down), factors: { down, up }, scale },
  at: (weight) => ({ lowRank: { down, up, strength: scale() * weight } }),
});

/** scale · first [m, n] ⊗ second [p, q]. */
export const product = (first: Numbers, second: Numbers, scale: Scale): Gain => ({
  ...{ whole: () => kronecker(first, second), scale },
  at: (weight) => ({ product: { first, second, strength: scale() * weight } }),
});

/** scale · delta, any difference [out, in · kernel]. */
export const difference = (delta: Numbers, scale: Scale = () => 1): Gain => {
  const second = asMatrix(delta);
  return {
    ...{ whole: () => second, scale },
    at: (weight) => ({ product: { first: ONE, second, strength: scale() * weight } }),
  };
};

/** Any difference [out, in · kernel] that is another function of the add-on's weight. */
export function computed(dims: readonly [number, number], delta: (weight: number) => Float32Array): Gain {
  let last: { readonly weight: number; readonly second: Numbers } | undefined;
  return {
    ...{ whole: () => deferred(dims, () => delta(1)), scale: () => 1 },
    at: (weight) => {
      if (last?.weight !== weight) last = { weight, second: deferred(dims, () => delta(weight)) };
      return { product: { first: ONE, second: last.second, strength: 1 } };
    },
  };
}
