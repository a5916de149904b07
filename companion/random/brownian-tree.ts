/**
 * One path of Brownian motion that any number of steps sees the same pieces of: `torchsde.BrownianInterval` with a halfway
 * tree, tol 1e-6 and pool_size 24 (torchsde 0.2.6, _brownian/brownian_interval.py), as k-diffusion and diffusers use it. The
 * bits are those of PyTorch on the CPU.
 */
import { type Tensor, tensor } from "../tensor.ts";
import { createGenerator } from "./generator.ts";
import { seedSequence } from "./seed-sequence.ts";

export interface BrownianPath {
  /** An integer, 0 … 2^53-1. */
  readonly seed: number;
  /** Where the path begins and ends. */
  readonly start: number;
  readonly end: number;
  readonly dims: readonly number[];
}

interface Interval {
  readonly start: number;
  readonly end: number;
  /** 0, and 2 k or 2 k + 1 for the halves of interval k. */
  readonly key: number;
  readonly depth: number;
  /** How far the path goes within it. */
  readonly increment: Float32Array;
}

const POOL_SIZE = 24;
const f32 = Math.fround;

/** Returns W(to) − W(from), from ≤ to; what lies outside the path counts as its end. */
export function brownianTree({ seed, start, end, dims }: BrownianPath): (from: number, to: number) => Tensor {
  const randn = (nodeSeed: number) => createGenerator(nodeSeed).randn(dims).data;
  const [seedOfAll] = seedSequence({ entropy: seed, poolSize: POOL_SIZE }, 1) as [number];
  const length = f32(Math.sqrt(end - start));
  const whole: Interval = {
    start: roundToTolerance(start),
    end: roundToTolerance(end),
    key: 0,
    depth: 0,
    increment: randn(seedOfAll).map((z) => z * length),
  };
  /** Neighbouring queries have an end in common: the halves that the last one went through are kept. */
  let kept = new Map<string, readonly [Interval, Interval]>();

  /** Of an interval's own increment W, the left half has its share and a bridge's noise, the right half the rest. */
  const split = ({ start, end, key, depth, increment }: Interval): readonly [Interval, Interval] => {
    const middle = roundToTolerance(0.5 * (end + start));
    const share = 1 / (end - start);
    const [left, right] = [middle - start, end - middle];
    const [deviation, leftOf, shareOf] = [Math.sqrt(left * right * share), left, share].map(f32) as [
      number,
      number,
      number,
    ];
    const [bridgeSeed] = seedSequence({ entropy: seed, spawnKey: [key, depth], poolSize: POOL_SIZE }, 1) as [number];
    const first = randn(bridgeSeed);
    const second = new Float32Array(first.length);
    for (let i = 0; i < first.length; i++) {
      const mean = f32(f32(leftOf * increment[i]!) * shareOf);
      first[i] = mean + f32(deviation * first[i]!);
      second[i] = increment[i]! - first[i]!;
    }
    return [
      { start, end: middle, key: 2 * key, depth: depth + 1, increment: first },
      { start: middle, end, key: 2 * key + 1, depth: depth + 1, increment: second },
    ];
  };

  return (from, to) => {
    const visited: typeof kept = new Map();
    /** The increments of the fewest intervals that make up from … to, from left to right. */
    const cover = (interval: Interval, from: number, to: number): Float32Array[] => {
      if (from === interval.start && to === interval.end) return [interval.increment];
      const id = `${interval.depth}:${interval.key}`;
      const halves = kept.get(id) ?? split(interval);
      visited.set(id, halves);
      const [left, right] = halves;
      if (to <= left.end) return cover(left, from, to);
      if (from >= left.end) return cover(right, from, to);
      return [...cover(left, from, left.end), ...cover(right, left.end, to)];
    };
    const inside = (place: number) => roundToTolerance(Math.min(Math.max(place, whole.start), whole.end));
    const [low, high] = [inside(from), inside(to)];
    const parts = low === high ? [new Float32Array(whole.increment.length)] : cover(whole, low, high);
    kept = visited;
    return tensor(
      parts.reduce((sum, part) => sum.map((value, i) => value + part[i]!)),
      dims,
    );
  };
}

/** Python's round(x, 6): to six decimals, exact ties (odd multiples of 1/128) to the even neighbour. x: 0 … 1e15. */
export function roundToTolerance(x: number): number {
  const up = Number(x.toFixed(6));
  const isTie = (x * 128) % 2 === 1;
  return isTie && Math.round(up * 1e6) % 2 === 1 ? Number((up - 1e-6).toFixed(6)) : up;
}
