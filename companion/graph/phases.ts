/**
 * A 3×3 convolution of a picture that was doubled by nearest neighbour: every window covers 2×2 pixels of the small one, in four phases
 * (even or odd row and column). Four 2×2 convolutions, whose kernels are sums of taps, give the same with 4/9 of the multiplications.
 * Shi et al. 2016, "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network",
 * section 2.2, turned round.
 */
import { type Dim, fixedDims } from "./dim.ts";

/** In the order of `depthToSpace`: even rows first, and of each even columns first. */
export const PHASES = [0, 1, 2, 3] as const;
export type Phase = (typeof PHASES)[number];

/** Of a kernel of one phase: 2×2. */
export const PHASE_TAPS = 4;

/** Whether `size` is twice that of [B, C, H, W]. */
export function isDoubled(dims: readonly Dim[], size: readonly [height: number, width: number]): boolean {
  const [, , height, width] = fixedDims(dims) as [number, number, number, number];
  return size[0] === 2 * height && size[1] === 2 * width;
}

const rowAndColumn = (phase: Phase) => [phase >> 1, phase & 1] as const;

/** What lies around the small picture for a phase's windows: above, left, below, right. */
export function phasePadding(phase: Phase): readonly [top: number, left: number, bottom: number, right: number] {
  const [row, column] = rowAndColumn(phase);
  return [1 - row, 1 - column, row, column];
}

/** Which of the three taps of a kernel fall on the same pixel of the small picture: for even and odd results, [2, 3] each. */
const TAPS = [
  [
    [1, 0, 0],
    [0, 1, 1],
  ],
  [
    [1, 1, 0],
    [0, 0, 1],
  ],
] as const;

/** How often (0 or 1) a phase's kernel has the tap `from` of a 3×3 kernel in its own tap `to`. */
export function tapCount(phase: Phase, from: number, to: number): 0 | 1 {
  const [row, column] = rowAndColumn(phase) as readonly [0 | 1, 0 | 1];
  const [down, across] = [to >> 1, to & 1] as readonly [0 | 1, 0 | 1];
  return (TAPS[row][down][Math.floor(from / 3)]! * TAPS[column][across][from % 3]!) as 0 | 1;
}

/** Kernels [..., 3, 3] → those of a phase [..., 2, 2]. */
export function phaseKernels(kernels: Float32Array, phase: Phase): Float32Array {
  const sums = Array.from({ length: PHASE_TAPS }, (_, to) =>
    Array.from({ length: 9 }, (_, from) => from).filter((from) => tapCount(phase, from, to) === 1),
  );
  const count = kernels.length / 9;
  const made = new Float32Array(count * PHASE_TAPS);
  // Plain loops: this runs for every weight of a layer.
  for (let i = 0; i < count; i++)
    for (let to = 0; to < PHASE_TAPS; to++) {
      let sum = 0;
      for (const from of sums[to]!) sum += kernels[9 * i + from]!;
      made[PHASE_TAPS * i + to] = sum;
    }
  return made;
}
