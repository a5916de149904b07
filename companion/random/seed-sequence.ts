/** One seed and the place of a child, mixed to 32-bit seeds: `numpy.random.SeedSequence` (O'Neill 2015, randutils' seed_seq_fe). */

export interface SeedSource {
  /** An integer, 0 … 2^53-1. */
  readonly entropy: number;
  /** Integers of the same range that tell children apart. Absent: the root itself. */
  readonly spawnKey?: readonly number[];
  /** 32-bit words of entropy that are kept. */
  readonly poolSize: number;
}

/** `SeedSequence(entropy, spawn_key=…, pool_size=…).generate_state(count)` */
export function seedSequence({ entropy, spawnKey = [], poolSize }: SeedSource, count: number): number[] {
  const words = wordsOf(entropy);
  if (spawnKey.length > 0) while (words.length < poolSize) words.push(0);
  words.push(...spawnKey.flatMap(wordsOf));

  const absorb = hasher(0x43b0d7e5, 0x931e8875);
  const pool = Array.from({ length: poolSize }, (_, i) => absorb(words[i] ?? 0));
  for (let from = 0; from < poolSize; from++) {
    for (let to = 0; to < poolSize; to++) if (from !== to) pool[to] = mix(pool[to]!, absorb(pool[from]!));
  }
  for (const word of words.slice(poolSize)) {
    for (let to = 0; to < poolSize; to++) pool[to] = mix(pool[to]!, absorb(word));
  }
  const emit = hasher(0x8b51f9dd, 0x58f38ded);
  return Array.from({ length: count }, (_, i) => emit(pool[i % poolSize]!));
}

/** Little-endian words of 32 bits, at least one. */
function wordsOf(value: number): number[] {
  const [low, high] = [value % 2 ** 32, Math.floor(value / 2 ** 32)];
  return high === 0 ? [low] : [low, high];
}

/** Multiplies each word by the next power of `multiplier`. */
function hasher(start: number, multiplier: number): (word: number) => number {
  let constant = start;
  return (word) => {
    const before = word ^ constant;
    constant = Math.imul(constant, multiplier);
    return fold(Math.imul(before, constant));
  };
}

const mix = (x: number, y: number): number => fold(Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y));

const fold = (x: number): number => ((x | 0) ^ (x >>> 16)) >>> 0;
