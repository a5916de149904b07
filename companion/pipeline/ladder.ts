/**
 * What a picture does without so that it fits into memory, one rung after the other. The lower ones do without what those above
 * do without, too. The last that is left is a smaller picture, and that is for a person to choose.
 *
 * What it costs in exactness, of the largest value (tests/pipeline/ladder.test.ts): strips and guidance in two runs 3e-5 at most,
 * which is rounding; 8 and 4 bits make another picture.
 */
import type { MemoryUse } from "../../shared/memory-use.ts";
import type { Interval } from "../../shared/request.ts";
import type { Thrift } from "../../shared/thrift.ts";
import type { Bits, NumberFormat } from "../graph/quantize.ts";

export interface Rung {
  /** Its place on the ladder. */
  readonly level: number;
  /** What is new on it. Absent: at the top, nothing is done without. */
  readonly name?: Thrift;
  /** "small": the autoencoder works in strips as small as is reasonable, and one network is open at a time. */
  readonly strips: "usual" | "small";
  /** How the runs of one evaluation of the denoiser are made. */
  readonly runs: "together" | "one-by-one";
  /** Of the denoiser's weights, at the most. Absent: as the request has it. */
  readonly bits?: Bits;
  /** What the denoiser takes on it, where that is limited. */
  readonly memory?: MemoryUse;
}

const TOP: Rung = { level: 0, strips: "usual", runs: "together" };
const STRIPS: Rung = { ...TOP, level: 1, name: "smaller-strips", strips: "small" };
const RUNS: Rung = { ...STRIPS, level: 2, name: "guidance-in-two-runs", runs: "one-by-one" };
const EIGHT: Rung = { ...RUNS, level: 3, name: "fewer-bits", bits: 8 };
const FOUR: Rung = { ...EIGHT, level: 4, bits: 4 };

const LADDER: readonly Rung[] = [TOP, STRIPS, RUNS, EIGHT, FOUR];

/** The last one for all levels below it. */
export const rungAt = (level: number): Rung => LADDER[level] ?? FOUR;

/** What of a job decides whether a rung would change anything. */
export interface Climber {
  /** Runs of one evaluation of the denoiser. */
  readonly runs: number;
  /** That the request asks for. */
  readonly quantize?: NumberFormat | undefined;
}

const bitsOf = (format: NumberFormat | undefined): number =>
  format === "int8" ? 8 : (format ?? Number.POSITIVE_INFINITY);

/** The rung at `level`, and those below it that change something. */
export function rungsFrom(level: number, { runs, quantize }: Climber): readonly [Rung, ...Rung[]] {
  const changes = ({ name, bits }: Rung) =>
    name === "guidance-in-two-runs" ? runs > 1 : bits === undefined || bits < bitsOf(quantize);
  return [rungAt(level), ...LADDER.slice(level + 1).filter(changes)];
}

/** The lower one. */
export const lower = (a: Rung, b: Rung = TOP): Rung => (b.level > a.level ? b : a);

/** What of a job matters here. */
interface OnLadder {
  readonly rung: Rung;
  readonly family: { readonly runs?: "one-by-one" };
  readonly guidance: { readonly branches: readonly unknown[] };
  readonly request: { readonly quantize?: NumberFormat; readonly guidanceInterval?: Interval };
}

/**
 * How many runs of the denoiser are made together, on the ladder's top. In whole numbers each run has ranges of its own: what
 * else is in the batch would change it. Where not all evaluations have the same runs, one network does for all.
 */
export const runsTogether = ({ family, guidance, request: { quantize, guidanceInterval } }: Omit<OnLadder, "rung">) =>
  family.runs === "one-by-one" || quantize === "int8" || guidanceInterval ? 1 : guidance.branches.length;

/** Where a job that began on `level`, and is on `rung` with its denoiser, goes on without more memory. Undefined: nowhere. */
export function levelAfter(level: number, job: OnLadder): number | undefined {
  if (level === 0) return STRIPS.level;
  return rungsFrom(job.rung.level, { runs: runsTogether(job), quantize: job.request.quantize })[1]?.level;
}

/** Of the denoiser on a rung, where the request asks for `quantize`. Absent: weights as the file has them. */
export const formatOn = ({ bits }: Rung, quantize: NumberFormat | undefined): NumberFormat | undefined =>
  bits === undefined || bits >= bitsOf(quantize) ? quantize : bits;
