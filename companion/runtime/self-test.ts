/** Whether a provider computes rightly, in which form, and how fast: small cases against plain loops. */
import { DIALECTS, type Dialect, isPlain, PLAIN } from "../graph/dialect.ts";
import { Graph } from "../graph/graph.ts";
import { groupNormalization } from "../graph/group-norms.ts";
import { scaledDotProductAttention } from "../graph/lowerings.ts";
import { cast, conv, floats, gemm, silu } from "../graph/ops.ts";
import { elementCount, type Tensor, tensor } from "../tensor.ts";
import type { ProbeResult } from "./probe.ts";
import { attend, convolve, normaliseGroups } from "./reference.ts";
import { openSession, type Session } from "./session.ts";

/** Largest difference that still counts as right, as a share of the largest value. */
const TOLERANCE = { float32: 1e-3, float16: 2e-2 } as const;

/** Shapes at which wrong attention kernels were seen: more queries than a subgroup, more keys than queries, heads of 40. */
const SHAPE = { queries: 64, keys: 77, heads: 2, size: 40 } as const;
/** Nine channels: convolutions of such odd numbers were seen wrong. Group norms in one kernel take an even number of channels each. */
const PICTURE = { channels: 9, out: 12, height: 12, width: 10, groups: 3 } as const;
/** The products for timing, [side, side] by [side, side], so many in one run: a first taste, then a real measurement. */
const PRODUCTS = [
  { side: 256, repeats: 1 },
  { side: 512, repeats: 16 },
] as const;
/** A provider this many times slower than the processor at the first is not measured further. */
const HOPELESS = 10;

/** Norms and convolutions as in a residual block, for timing. */
const BLOCK = { channels: 320, side: 32, groups: 32, repeats: 4 } as const;

/**
 * Tries the dialect as it is, then with composed attention, then in float32: the first that computes rightly counts, of what the provider has
 * for pictures and of `PLAIN` the faster. Throws what the last one threw.
 */
export async function selfTest(preferred: Dialect): Promise<ProbeResult> {
  const types = preferred.float === "float32" ? (["float32"] as const) : (["float16", "float32"] as const);
  const ways = isPlain(preferred) ? [PLAIN] : [{}, PLAIN];
  let failure: unknown;
  for (const float of types)
    for (const attention of ["fused", "chunked"] as const) {
      const right: Dialect[] = [];
      for (const way of ways) {
        const dialect = { ...preferred, ...way, float, attention };
        try {
          await checkNumbers(dialect);
          right.push(dialect);
        } catch (error) {
          failure = error;
        }
      }
      try {
        if (right.length > 0) return await passed(await fastest(right));
      } catch (error) {
        failure = error;
      }
    }
  throw failure;
}

async function passed(dialect: Dialect): Promise<ProbeResult> {
  const { float, attention, groupNorms, channelsLast } = dialect;
  return { outcome: "passed", float, attention, groupNorms, channelsLast, ...(await compareSpeed(dialect)) };
}

/** By a residual block's layers. `time`: in seconds. */
export async function fastest(dialects: readonly Dialect[], time = timeBlock): Promise<Dialect> {
  let best = { dialect: dialects[0]!, seconds: Number.POSITIVE_INFINITY };
  if (dialects.length === 1) return best.dialect;
  for (const dialect of dialects) {
    const seconds = await time(dialect);
    if (seconds < best.seconds) best = { dialect, seconds };
  }
  return best.dialect;
}

async function timeBlock(dialect: Dialect): Promise<number> {
  const { channels, side, groups, repeats } = BLOCK;
  const op = new Graph({ dialect });
  const x = noise([1, channels, side, side], 1);
  const kernel = noise([channels, channels, 3, 3], 2);
  const vector = floats(op, noise([channels], 3).data, [channels]);
  const kernels = floats(op, kernel.data, kernel.dims);
  let y = cast(op, op.input("x", { type: "float32", dims: x.dims }), op.float);
  for (let i = 0; i < repeats; i++) {
    const normal = silu(op, groupNormalization(op, y, [vector, vector], { groups, eps: 1e-5 }));
    y = conv(op, normal, kernels, vector, { padding: [1, 1, 1, 1] });
  }
  op.output("y", cast(op, y, "float32"));
  return withSession(op, dialect, (session) => shortest(session, x));
}

async function checkNumbers(dialect: Dialect): Promise<void> {
  const { queries, keys, heads, size } = SHAPE;
  const { channels, out, height, width, groups } = PICTURE;
  const [q, k, v] = [queries, keys, keys].map((rows, i) => noise([1, rows, heads * size], i + 1)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const x = noise([1, channels, height, width], 4);
  const kernel = noise([out, channels, 3, 3], 5);
  const bias = noise([out], 6);

  const op = new Graph({ dialect });
  const input = (name: string, { dims }: Tensor) => cast(op, op.input(name, { type: "float32", dims }), op.float);
  const constant = (t: Tensor) => floats(op, t.data, t.dims);
  const attention = scaledDotProductAttention(op, [input("q", q), input("k", k), input("v", v)], {
    heads,
    mask: "none",
  });
  op.output("attention", cast(op, attention, "float32"));
  const picture = input("x", x);
  const convolved = conv(op, picture, constant(kernel), constant(bias), { padding: [1, 1, 1, 1] });
  op.output("convolution", cast(op, convolved, "float32"));
  const normal = groupNormalization(op, convolved, [constant(bias), constant(bias)], { groups, eps: 1e-5 });
  op.output("normalisation", cast(op, normal, "float32"));
  op.output("activation", cast(op, silu(op, normal), "float32"));

  const found = await once(op, dialect, { q, k, v, x });
  compare("attention", found.attention!, attend([q, k, v], heads), dialect);
  const expected = tensor(convolve(x, kernel, bias), [1, out, height, width]);
  compare("convolution", found.convolution!, expected.data, dialect);
  const even = normaliseGroups(expected, [bias, bias], { groups, eps: 1e-5 });
  compare("normalisation", found.normalisation!, even, dialect);
  const active = even.map((value) => value / (1 + Math.exp(-value)));
  compare("activation", found.activation!, active, dialect);
}

function compare(what: string, found: Tensor, expected: Float32Array, { float, attention }: Dialect): void {
  let [difference, largest] = [0, 0];
  expected.forEach((value, i) => {
    const d = Math.abs(value - found.data[i]!);
    difference = Number.isNaN(d) ? Number.POSITIVE_INFINITY : Math.max(difference, d);
    largest = Math.max(largest, Math.abs(value));
  });
  if (difference > TOLERANCE[float] * largest)
    throw new Error(
      `Its ${what} is wrong by ${((100 * difference) / largest).toPrecision(2)} % (${float}, ${attention} attention).`,
    );
}

async function compareSpeed(dialect: Dialect): Promise<{ seconds: number; cpuSeconds: number }> {
  const [taste, real] = PRODUCTS;
  const measure = async (product: Product) => ({
    seconds: await timeProducts(dialect, product),
    cpuSeconds: await timeProducts(DIALECTS.cpu, product),
  });
  const first = await measure(taste);
  return first.seconds > HOPELESS * first.cpuSeconds && first.seconds > 0.05 ? first : measure(real);
}

type Product = (typeof PRODUCTS)[number];

/** Seconds for the products. */
async function timeProducts(dialect: Dialect, { side, repeats }: Product): Promise<number> {
  const op = new Graph({ dialect });
  const x = noise([side, side], 1);
  const weight = floats(
    op,
    noise([side, side], 2).data.map((value) => value / side),
    [side, side],
  );
  let y = cast(op, op.input("x", { type: "float32", dims: x.dims }), op.float);
  for (let i = 0; i < repeats; i++) y = gemm(op, y, weight);
  op.output("y", cast(op, y, "float32"));
  return withSession(op, dialect, (session) => shortest(session, x));
}

/** Seconds of the better of two runs after one that compiles. */
async function shortest(session: Session, x: Tensor): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    await session.run({ x });
    times.push((performance.now() - start) / 1000);
  }
  return Math.min(times[1]!, times[2]!);
}

const once = (op: Graph, dialect: Dialect, feeds: Record<string, Tensor>) =>
  withSession(op, dialect, (session) => session.run(feeds));

async function withSession<T>(op: Graph, dialect: Dialect, body: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(op, { info: dialect });
  try {
    return await body(session);
  } finally {
    await session.release();
  }
}

/** The same numbers every time, between -1 and 1. A linear congruential generator (Numerical Recipes, section 7.1). */
function noise(dims: readonly number[], seed: number): Tensor {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return tensor(Float32Array.from({ length: elementCount(dims) }, next), dims);
}
