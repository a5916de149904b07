/**
 * log, sin and cos in float32 as PyTorch's AVX2 normal distribution computes them, to the bit (ATen/native/cpu/avx_mathfun.h,
 * after the Cephes library of S. Moshier). Where a product is added to something, both are one operation with one rounding,
 * as its compiler fuses them; float64 holds such a product exactly.
 */
const f32 = Math.fround;
/** Highest power first. */
function polynomial(coefficients: Float32Array, x: number): number {
  let sum = coefficients[0]!;
  for (let k = 1; k < coefficients.length; k++) sum = f32(sum * x + coefficients[k]!);
  return sum;
}

const LOG = Float32Array.of(
  ...[7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1],
  ...[2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1],
);
const SIN = Float32Array.of(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1);
const COS = Float32Array.of(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2);
/** π/4 in three parts, the first two exact in float32 when multiplied by a small integer. */
const [PI_A, PI_B, PI_C] = [-0.78515625, -2.4187564849853516e-4, -3.774894977445941e-8].map(f32) as [
  number,
  number,
  number,
];
const LN2_HIGH = 0.693359375;
const LN2_LOW = f32(-2.1219444e-4);

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** x: a positive, normal float32. */
export function log32(x: number): number {
  // x = mantissa · 2^exponent, 0.5 ≤ mantissa < 1.
  float[0] = x;
  let exponent = (bits[0]! >>> 23) - 126;
  bits[0] = (bits[0]! & 0x7fffff) | 0x3f000000;
  let mantissa = float[0];
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

/** Writes sin x and cos x to `out`. x: 0 … 2π, float32. */
export function sincos32(x: number, out: Float32Array): void {
  const octant = (Math.trunc(f32(x * f32(1.27323954473516))) + 1) & ~1;
  const y = f32(octant * PI_C + f32(octant * PI_B + f32(octant * PI_A + x)));
  const z = f32(y * y);
  const c = f32(f32(f32(polynomial(COS, z) * z) * z - z * 0.5) + 1);
  const s = f32(f32(polynomial(SIN, z) * z) * y + y);
  const swapped = (octant & 2) !== 0;
  out[0] = ((octant & 4) !== 0 ? -1 : 1) * (swapped ? c : s);
  out[1] = (((octant - 2) & 4) === 0 ? -1 : 1) * (swapped ? s : c);
}
