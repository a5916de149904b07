/**
 * Random numbers equal to PyTorch's CPU generator: `torch.randn(dims, generator=torch.Generator().manual_seed(seed))`.
 * The definition is ATen/native/cpu/DistributionTemplates.h (`normal_fill_AVX2`) and ATen/core/DistributionsHelper.h
 * (`normal_distribution`), both of PyTorch 2.x. The bits are those of PyTorch on a processor with AVX2; on others its own
 * values differ by 2e-6 at most.
 */
import { elementCount, type Tensor, tensor } from "../tensor.ts";
import { log32, sincos32 } from "./cephes.ts";
import { MersenneTwister } from "./mersenne-twister.ts";

export interface Generator {
  /** Standard normal float32 values. Consecutive calls go on in the same stream. */
  randn(dims: readonly number[]): Tensor;
}

/** From this many values on, PyTorch draws in blocks of 16. */
const BLOCK = 16;

/** `seed`: an integer, 0 … 2^53-1. As in PyTorch, only its low 32 bits count. */
export function createGenerator(seed: number): Generator {
  const twister = new MersenneTwister(seed);
  const uniform24 = (): number => (twister.next() & 0xffffff) / 2 ** 24;
  const uniform53 = (): number => {
    const high = twister.next() & 0x1fffff;
    return (high * 2 ** 32 + twister.next()) / 2 ** 53;
  };

  /** The second value of a pair, kept for the next single draw. Block draws leave it alone. */
  let spare: number | undefined;

  /** Box and Muller 1958 in double precision, one value at a time. */
  const single = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const angle = 2 * Math.PI * uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-uniform53()));
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };

  return {
    randn(dims) {
      const data = new Float32Array(elementCount(dims));
      if (data.length < BLOCK) {
        for (let i = 0; i < data.length; i++) data[i] = single();
        return tensor(data, dims);
      }
      for (let i = 0; i < data.length; i++) data[i] = uniform24();
      for (let start = 0; start + BLOCK <= data.length; start += BLOCK) boxMuller(data, start);
      if (data.length % BLOCK !== 0) {
        // What is left over is not a block: the last 16 values, some of them done already, are drawn afresh.
        const start = data.length - BLOCK;
        for (let i = start; i < data.length; i++) data[i] = uniform24();
        boxMuller(data, start);
      }
      return tensor(data, dims);
    },
  };
}

const TWO_PI = Math.fround(2 * Math.PI);
const sincos = new Float32Array(2);

/** Turns 16 uniform values into normal ones, pairing i with i + 8. */
function boxMuller(data: Float32Array, start: number): void {
  for (let i = start; i < start + BLOCK / 2; i++) {
    const radius = Math.fround(Math.sqrt(Math.fround(-2 * log32(1 - data[i]!))));
    sincos32(Math.fround(TWO_PI * data[i + 8]!), sincos);
    data[i] = radius * sincos[1]!;
    data[i + 8] = radius * sincos[0]!;
  }
}
