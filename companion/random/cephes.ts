/**
 * log, sin and cos in float32 as PyTorch's AVX2 normal distribution computes them, to the bit (ATen/native/cpu/avx_mathfun.h,
 * after the Cephes library of S. Moshier). Where a product is added to something, both are one operation with one rounding,
 * as its compiler fuses them; float64 holds such a product exactly.
 */
const f32 = Math.fround;
const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.slice(1).reduce((sum, c) => f32(sum * x + f32(c)), f32(coefficients[0]!));

const LOG = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
];
const SIN = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1];
const COS = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2];
/** π/4 in three parts, the first two exact in float32 when multiplied by a small integer. */
const QUARTER_PI = [-0.78515625, -2.4187564849853516e-4, -3.774894977445941e-8].map(f32);
const LN2_HIGH = 0.693359375;
const LN2_LOW = f32(-2.1219444e-4);

/** x: a positive, normal float32. */
export function log32(x: number): number {
  let exponent = Math.floor(Math.log2(x)) + 1;
  let mantissa = x / 2 ** exponent;
  if (mantissa >= 1) {
    mantissa /= 2;
    exponent++;
  }
  if (mantissa < f32(Math.SQRT1_2)) {
    mantissa *= 2;
    exponent--;
  }
  const y = f32(mantissa - 1);
  const z = f32(y * y);
  let result = f32(polynomial(LOG, y) * y);
  result = f32(result * z + f32(exponent * LN2_LOW));
  result = f32(result - f32(z * 0.5));
  return f32(exponent * LN2_HIGH + f32(y + result));
}

/** x: 0 … 2π, float32. */
export function sincos32(x: number): { sin: number; cos: number } {
  const octant = (Math.trunc(f32(x * f32(1.27323954473516))) + 1) & ~1;
  const y = QUARTER_PI.reduce((rest, part) => f32(octant * part + rest), x);
  const z = f32(y * y);
  const c = f32(f32(f32(polynomial(COS, z) * z) * z - z * 0.5) + 1);
  const s = f32(f32(polynomial(SIN, z) * z) * y + y);
  const swapped = (octant & 2) !== 0;
  const [sin, cos] = swapped ? [c, s] : [s, c];
  return {
    sin: (octant & 4) !== 0 ? -sin : sin,
    cos: ((octant - 2) & 4) === 0 ? -cos : cos,
  };
}
