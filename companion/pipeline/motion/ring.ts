/**
 * Loops that close: a motion module knows a first and a last frame by its table of places, so the frames are drawn as a ring that
 * is turned before each evaluation. In the end every frame was near every place, and the last leads over to the first as any other
 * to its next. Bi et al. 2025, "Mobius: Text to Seamless Looping Video Generation via Latent Shift", section 3.2, with a stride
 * of our own: nearly half a ring, so that the two ends of one evaluation lie far inside the next, and no divisor of the ring, so
 * that after F evaluations every frame was at every place once.
 */

/** The largest whole number below half of `frames` that has no divisor in common with it; `frames`: 3 or more. */
export function strideOf(frames: number): number {
  const common = (a: number, b: number): number => (b === 0 ? a : common(b, a % b));
  let stride = Math.floor((frames - 1) / 2);
  while (common(stride, frames) > 1) stride--;
  return stride;
}

/** By how many frames the ring is turned at evaluation `i`. */
export const turnAt = (i: number, frames: number): number => (i * strideOf(frames)) % frames;
