/** What has no operator of its own, or not everywhere: composed by the dialect's table. */
import { type Dim, dimAt, fixedDims, isFixed } from "./dim.ts";
import type { Graph, Value } from "./graph.ts";
import { hadamard } from "./hadamard.ts";
import {
  type AttentionOptions,
  add,
  type Conv2dOptions,
  cast,
  concat,
  conv,
  convOnto,
  depthToSpace,
  dequantizeRows,
  floats,
  gemm,
  matMul,
  matMulNBits,
  mul,
  multiHeadAttention,
  reduceSum,
  reshape,
  reshapeFree,
  resizeNearest,
  scalar,
  slice,
  softmax,
  split,
  transpose,
} from "./ops.ts";
import { isDoubled, PHASE_TAPS, PHASES, type Phase, phasePadding, tapCount } from "./phases.ts";
import { BLOCK, type BlockedMatrix } from "./quantize.ts";
import { tileCount, tiledConvolution } from "./tiled-convolution.ts";

/** For a matrix [N, K] of few bits: x [M, K] · matrixᵀ + bias (which broadcasts) → [M, N]. */
export function narrowAffine(op: Graph, narrow: BlockedMatrix, dims: readonly [out: number, inner: number]) {
  const { bits, block, offsets, rotation } = narrow;
  const matrix = { ...narrowParts(op, narrow), dims, bits, block };
  // What is added to a block's weights counts as often as the sum of what it is multiplied by.
  const added = offsets && cast(op, op.initializer(offsets), op.float);
  const blocks = Math.ceil(dims[1] / block);
  return (given: Value, bias: Value | undefined): Value => {
    const x = rotation === undefined ? given : rotatedRows(op, given, rotation);
    const rows = matMulNBits(op, x, matrix);
    const whole = added ? add(op, rows, gemm(op, blockSums(op, x, [blocks, block]), added)) : rows;
    return bias ? add(op, whole, bias) : whole;
  };
}

/**
 * sum [M, N] + x [M, K] · factorᵀ [N, K], of a K that may be free → [M, N]. Where that saves a pass over the sum it is a convolution: of
 * one channel N high and K wide, by M kernels as wide, which are x's rows. It is the only product that ONNX Runtime's processor adds to what
 * is there, in its place; its Gemm copies what it adds to before, by one thread.
 */
export function plusProduct(op: Graph, sum: Value, x: Value, factor: Value): Value {
  const [m, n] = sum.dims as readonly [Dim, Dim];
  if (op.dialect.sums === "added" || !isFixed(m) || !isFixed(n)) return add(op, sum, gemm(op, x, factor));
  const wide = op.once(`${factor.name} as a picture`, () => reshapeFree(op, factor, [1, 1, n, -1]));
  const whole = convOnto(op, reshape(op, sum, [1, m, n, 1]), wide, reshapeFree(op, x, [m, 1, 1, -1]));
  return reshape(op, op.fixedWhateverIsFree(whole), sum.dims);
}

/** x [M, K], each group of `size` in a row times H. */
export function rotatedRows(op: Graph, x: Value, size: number): Value {
  const turn = cast(op, op.constant(hadamard(size)), op.float);
  return reshape(op, matMul(op, reshape(op, x, [-1, size]), turn), x.dims);
}

/** The sum of each block of x [M, blocks · block] → [M, blocks]. */
const blockSums = (op: Graph, x: Value, [blocks, block]: readonly [number, number]): Value =>
  reduceSum(op, reshape(op, x, [x.dims[0]!, blocks, block]), 2);

/** A matrix of 8 bits whose rows are whole blocks → its numbers as `dims`. */
export function widenNarrow(op: Graph, narrow: BlockedMatrix, dims: readonly number[]): Value {
  const { values, scales, zeros } = narrowParts(op, narrow);
  const blocks = scales.dims[0]!;
  const rows = reshape(op, values, [blocks, BLOCK]);
  return reshape(op, dequantizeRows(op, rows, scales, reshape(op, zeros, [blocks])), dims);
}

const narrowParts = (op: Graph, { values, scales, zeros }: BlockedMatrix) => ({
  values: op.initializer(values),
  scales: cast(op, op.initializer(scales), op.float),
  zeros: op.initializer(zeros),
});

/** softmax(q·kᵀ/√d)·v per head. q [B, S, C], k and v [B, T, C] → [B, S, C]. Vaswani et al. 2017, equation 1. */
export function scaledDotProductAttention(
  op: Graph,
  [q, k, v]: readonly [Value, Value, Value],
  options: AttentionOptions,
): Value {
  const { heads } = options;
  const [batch, width] = [dimAt(q, 0), dimAt(q, 2)];
  const [queries, keys] = [q.dims[1]!, k.dims[1]!];
  if (width % heads !== 0) op.fail(`Cannot divide ${width} channels among ${heads} heads`);
  if (k.dims[2] !== width || v.dims[2] !== width || v.dims[1] !== keys)
    op.fail(`Cannot attend from [${q.dims}] to [${k.dims}] and [${v.dims}]`);
  const long = isFixed(queries) && isFixed(keys) && (queries < keys || queries * keys > op.dialect.maxScores);
  if (heads === 1 && batch === 1 && options.mask === "none" && !options.bias && options.scale === undefined && long)
    return longAttention(op, [q, k, v]);
  if (op.dialect.attention === "fused") return multiHeadAttention(op, [q, k, v], options);

  const size = width / heads;
  const perHead = (x: Value, order: readonly number[]) =>
    transpose(op, reshape(op, x, [batch, x.dims[1]!, heads, size]), order);
  const scale = scalar(op, options.scale ?? size ** -0.5);
  const qs = mul(op, perHead(q, [0, 2, 1, 3]), scale); // [B, h, S, d]
  const kt = perHead(k, [0, 2, 3, 1]); // [B, h, d, T]
  const vs = perHead(v, [0, 2, 1, 3]); // [B, h, T, d]
  const chunks = chunksOf(op, [queries, keys], batch * heads).map(([start, end]) => {
    const scores = matMul(op, slice(op, qs, 2, [start, end]), kt);
    const seen = options.mask === "causal" ? add(op, scores, causalMask(op, [start, end], keys)) : scores;
    const biased = options.bias ? add(op, seen, slice(op, options.bias, 2, [start, end])) : seen;
    return matMul(op, softmax(op, biased), vs);
  });
  return reshape(op, transpose(op, concat(op, chunks, 2), [0, 2, 1, 3]), [batch, queries, width]);
}

/** By how many queries at a time. Where the run chooses how many there are, by all of them. */
function chunksOf(op: Graph, [queries, keys]: readonly [Dim, Dim], matrices: number): (readonly [number, Dim])[] {
  if (!isFixed(queries) || !isFixed(keys)) return [[0, queries]];
  const rows = Math.max(1, Math.min(queries, Math.floor(op.dialect.maxScores / (matrices * keys))));
  return Array.from({ length: Math.ceil(queries / rows) }, (_, i) => [i * rows, Math.min((i + 1) * rows, queries)]);
}

/** Elements of the matrix of scores that long attention makes at once, where that is no fewer than so many queries. */
const LONG_SCORES = 2 ** 23;
/**
 * Each part reads all keys and values anew, which of many are in no cache: with 32 queries at a time 262,144 keys take a third to a half
 * more time than with 128. And each is nodes of its own: the time that the runtime takes to open a network grows with their square, to
 * minutes for 8192 parts. Measured.
 */
const LONG_QUERIES = 128;

/**
 * The same for one head and one picture, by few queries at a time, with keys and values as they lie. For a strip of queries, as the
 * processor's fused kernel copies both, in every strip; and on graphics cards, whose kernels make the matrix of all scores where a head
 * is as wide as an autoencoder's.
 */
function longAttention(op: Graph, [q, k, v]: readonly [Value, Value, Value]): Value {
  const [, queries, width] = fixedDims(q.dims) as [number, number, number];
  const [qs, ks, vs] = [mul(op, q, scalar(op, width ** -0.5)), k, v].map((x) => reshape(op, x, [-1, width])) as [
    Value,
    Value,
    Value,
  ];
  const [usual, most] = [LONG_SCORES, op.dialect.maxScores].map((scores) => Math.floor(scores / dimAt(k, 1))) as [
    number,
    number,
  ];
  const rows = Math.max(1, Math.min(Math.max(usual, LONG_QUERIES), most));
  const chunks: Value[] = [];
  for (let start = 0; start < queries; start += rows) {
    const chunk = slice(op, qs, 0, [start, Math.min(start + rows, queries)]);
    chunks.push(matMul(op, softmax(op, gemm(op, chunk, ks)), vs));
  }
  return reshape(op, chunks.length === 1 ? chunks[0]! : concat(op, chunks, 0), q.dims);
}

/** [rows, keys]: 0 where a query may look, a large negative number (float16 holds it) where it may not. */
function causalMask(op: Graph, [start, last]: readonly [number, Dim], all: Dim): Value {
  const [end, keys] = fixedDims([last, all]) as [number, number];
  const mask = Float32Array.from({ length: (end - start) * keys }, (_, i) =>
    i % keys <= start + Math.floor(i / keys) ? 0 : -65504,
  );
  return floats(op, mask, [end - start, keys]);
}

/** conv(), by tiles where the dialect says that this is faster. */
export function convolution(
  op: Graph,
  x: Value,
  [kernel, bias]: readonly [Value, Value | undefined],
  options: Conv2dOptions,
): Value {
  const { stride = 1, padding = [0, 0, 0, 0], groups = 1 } = options;
  const [, , height, width] = fixedDims(x.dims) as [number, number, number, number];
  const plain = stride === 1 && groups === 1 && padding.every((side) => side === 1);
  return plain && isTiled(op, x, kernel, [height, width])
    ? tiledConvolution(op, x, [kernel, bias], [height, width])
    : conv(op, x, kernel, bias, options);
}

/** Of a 3×3 convolution that gives a picture of `size`. */
function isTiled({ dialect }: Graph, x: Value, kernel: Value, size: readonly [number, number]): boolean {
  const [out, inner, side] = fixedDims(kernel.dims) as [number, number, number];
  if (dialect.convolutions !== "tiled" || side !== 3 || Math.min(out, inner) < dialect.tiled.channels) return false;
  return tileCount([dimAt(x, 0), ...size]) >= dialect.tiled.tiles;
}

/**
 * x [B, C, H, W] at `size` by nearest neighbour, then convolved with kernel [O, C, 3, 3], zeros around → [B, O, ...size].
 * A doubled picture is convolved by phases (phases.ts).
 */
export function upsampledConvolution(
  op: Graph,
  x: Value,
  [kernel, bias]: readonly [Value, Value],
  size: readonly [number, number],
): Value {
  const [batch, channels, height, width] = fixedDims(x.dims) as [number, number, number, number];
  if (isTiled(op, x, kernel, size)) return tiledConvolution(op, x, [kernel, bias], size);
  if (!isDoubled(x.dims, size) || batch * height * width < op.dialect.phasesFrom)
    return conv(op, resizeNearest(op, x, size), kernel, bias, { padding: [1, 1, 1, 1] });
  const out = dimAt(kernel, 0);
  const sums = matMul(op, reshape(op, kernel, [out * channels, 9]), tapSums(op)); // [O·C, 16]
  const perPhase = transpose(op, reshape(op, sums, [out, channels, 4, 2, 2]), [2, 0, 1, 3, 4]);
  const parts = split(op, perPhase, PHASES.length, 0);
  const phases = PHASES.map((phase) => {
    const kernels = reshape(op, parts[phase]!, [out, channels, 2, 2]);
    return conv(op, x, kernels, bias, { padding: phasePadding(phase) });
  });
  return depthToSpace(op, concat(op, phases, 1), 2);
}

/** [9, 16]: the taps of a 3×3 kernel that each of the four 2×2 kernels sums at each of its places. */
function tapSums(op: Graph): Value {
  const places = PHASES.length * PHASE_TAPS;
  const table = Float32Array.from({ length: 9 * places }, (_, i) =>
    tapCount(Math.floor((i % places) / PHASE_TAPS) as Phase, Math.floor(i / places), i % PHASE_TAPS),
  );
  return floats(op, table, [9, places]);
}
