/**
 * numpy.log on float32, to the bit: a rational approximation (NumPy, core/src/umath/loops_exponent_log.dispatch.c.src,
 * AVX2 and AVX-512), up to 4 units in the last place from the true value. It decides on which side of a training
 * timestep a sigma falls, and diffusers then drops the fraction.
 */
const P = [0, 1, 2.112677543073053, 1.4800006335765066, 0.3808837741388408, 0.025899791179079226];
const Q = [1, 2.612677543073109, 2.4530060717847366, 0.9864942958519419, 0.1546476374983907, 0.005875095403124574];
const f32 = Math.fround;

/** x: a positive, normal float32. */
export function log32(x: number): number {
  let exponent = Math.floor(Math.log2(x));
  let mantissa = x / 2 ** exponent;
  if (mantissa >= 2) {
    mantissa /= 2;
    exponent++;
  }
  if (mantissa < 1) {
    mantissa *= 2;
    exponent--;
  }
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  const y = f32(mantissa - 1);
  const horner = (c: readonly number[]) => c.reduceRight((sum, k) => f32(sum * y + f32(k)), 0);
  return f32(f32(Math.LN2) * exponent + f32(horner(P) / horner(Q)));
}
