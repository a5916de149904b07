/**
 * 3×3 convolutions with a quarter of the multiplications: by tiles of 4×4 results, each of 6×6 pixels, both turned by constant
 * matrices into 36 products of matrices. Lavin & Gray 2016, "Fast Algorithms for Convolutional Neural Networks", F(4×4, 3×3). With the
 * points of `POINTS` a result is within 3e-6 of the largest value, with theirs (0, ±1, ±2) within 15e-6: Barabasz et al. 2020, "Error
 * Analysis and Improving the Accuracy of Winograd Convolution for DNNs".
 */
import { type Tensor, tensor } from "../tensor.ts";
import { fromCells } from "./cells.ts";
import { fixedDims } from "./dim.ts";
import type { Graph, Value } from "./graph.ts";
import {
  add,
  batchedProduct,
  cast,
  concat,
  cutInEachRun,
  floats,
  gather,
  gemm,
  inEachRun,
  matMul,
  reshape,
  slice,
  transpose,
} from "./ops.ts";
import { readRows } from "./reading.ts";
import { alongBoth, toomCook } from "./toom-cook.ts";
import { windowsOn } from "./windows.ts";

const TILE = 4;
const TAPS = 3;
/** A side of what a tile is computed of. */
const SEEN = TILE + TAPS - 1;
const POINTS = [0, 3 / 4, -3 / 4, 3 / 2, -3 / 2];
const { input, kernel, output } = toomCook(TILE, TAPS, POINTS);
const MATRICES = {
  input: tensorOf(alongBoth(input)),
  kernel: tensorOf(alongBoth(kernel)),
  output: tensorOf(alongBoth(output)),
} as const;

/** Tiles that are turned and multiplied at once: fewer are not faster, and each part is nodes of its own. Measured. */
const TOGETHER = 512;
/** At the most so many parts. */
const MOST_PARTS = 8;
/** Bytes of turned kernels at once, at most: the system's allocator gives larger blocks back, and new pages take longer than the work. */
const TURNED = 2 ** 24;

function tensorOf(rows: readonly (readonly number[])[]): Tensor {
  return tensor(Float32Array.from(rows.flat()), [rows.length, rows[0]!.length]);
}

const tilesAlong = (side: number): number => Math.ceil(side / TILE);

/** How many tiles a picture has. */
export const tileCount = ([batch, height, width]: readonly [number, number, number]): number =>
  batch * tilesAlong(height) * tilesAlong(width);

/**
 * x [B, C, H, W], at `size` by nearest neighbour, convolved with kernels [O, C, 3, 3], the dialect's edges around, + bias [O]
 * → [B, O, ...size]. Kernels are turned in each run: kept, they would take four times their memory.
 */
export function tiledConvolution(
  op: Graph,
  x: Value,
  [kernels, bias]: readonly [Value, Value | undefined],
  size: readonly [height: number, width: number],
): Value {
  const [batch, channels, height, width] = fixedDims(x.dims) as [number, number, number, number];
  const out = fixedDims(kernels.dims)[0]!;
  const [down, across] = [tilesAlong(size[0]), tilesAlong(size[1])];
  const pixels = op.once(`tiled pixels of ${x.name}`, () => {
    const rows = reshape(op, transpose(op, x, [0, 2, 3, 1]), [-1, channels]);
    // One pixel more, which stands for all that lies outside.
    return concat(op, [rows, floats(op, new Float32Array(channels), [1, channels])], 0);
  });
  const parts = tilePlaces(op, [batch, height, width], size);
  // Each part of the tiles and of the kernels is turned when it is needed first, and forgotten when it is not needed any more.
  const turned: Value[] = [];
  const columns = kernelParts(kernels).map((some) => {
    const matrices = turnedKernels(op, kernels, some);
    const rows = parts.map((places, i) => {
      turned[i] ??= turn(op, "input", gather(op, pixels, places));
      return turn(op, "output", batchedProduct(op, turned[i], matrices));
    });
    return concat(op, rows, 1);
  });
  const whole = fromCells(op, concat(op, columns, 2), { side: TILE, batch, down, across, channels: out });
  const picture = slice(op, slice(op, whole, 1, [0, size[0]]), 2, [0, size[1]]);
  return transpose(op, bias ? add(op, picture, bias) : picture, [0, 3, 1, 2]);
}

/** x [n, rows, columns] → what `which` makes of each n numbers. */
function turn(op: Graph, which: keyof typeof MATRICES, x: Value): Value {
  const [n, rows, columns] = fixedDims(x.dims) as [number, number, number];
  const by = matrix(op, which);
  return reshape(op, matMul(op, by, reshape(op, x, [n, rows * columns])), [by.dims[0]!, rows, columns]);
}

const matrix = (op: Graph, which: keyof typeof MATRICES): Value => cast(op, op.constant(MATRICES[which]), op.float);

/** Of kernels [O, C, 3, 3], the first and the end of those that are turned together. */
function kernelParts(kernels: Value): (readonly [begin: number, end: number])[] {
  const [out, channels] = fixedDims(kernels.dims) as [number, number];
  const each = Math.max(1, Math.floor(TURNED / (4 * SEEN ** 2 * channels)));
  return Array.from({ length: Math.ceil(out / each) }, (_, i) => [i * each, Math.min((i + 1) * each, out)]);
}

/** Some of kernels [O, C, 3, 3] → [36, count, C]. */
function turnedKernels(op: Graph, kernels: Value, [begin, end]: readonly [number, number]): Value {
  const channels = fixedDims(kernels.dims)[1]!;
  const dims = [(end - begin) * channels, TAPS ** 2];
  const some = readRows(op, kernels, [begin, end], dims) ?? reshape(op, cutInEachRun(op, kernels, [begin, end]), dims);
  const by = reshape(op, inEachRun(op, matrix(op, "kernel")), [SEEN ** 2, TAPS ** 2]);
  return reshape(op, gemm(op, by, some), [SEEN ** 2, end - begin, channels]);
}

const known = new WeakMap<Graph, Map<string, readonly Int32Array[]>>();

/** Made once for a graph, its conditions' bodies included, which share no values. */
function numbersOnce(op: Graph, name: string, make: () => readonly Int32Array[]): readonly Int32Array[] {
  const all = known.get(op) ?? new Map<string, readonly Int32Array[]>();
  known.set(op, all);
  const made = all.get(name) ?? make();
  all.set(name, made);
  return made;
}

/** The pixels that tiles are computed of, [36, tiles] each, by their places among all of a batch; their count: outside. */
function tilePlaces(
  op: Graph,
  [batch, height, width]: readonly [batch: number, height: number, width: number],
  size: readonly [height: number, width: number],
): readonly Value[] {
  const beyond = size.map((side) => TILE * tilesAlong(side) - side + 1) as [number, number];
  const parts = numbersOnce(op, JSON.stringify([batch, height, width, size]), () => {
    const { places } = windowsOn([batch, height, width], {
      ...{ kernel: SEEN, stride: TILE, resized: size, edges: op.dialect.edges },
      padding: [1, 1, ...beyond],
    });
    const [all, taps] = [places(), SEEN ** 2];
    const count = all.length / taps;
    const each = Math.ceil(count / Math.min(Math.max(1, Math.floor(count / TOGETHER)), MOST_PARTS));
    return Array.from({ length: Math.ceil(count / each) }, (_, part) => {
      const tiles = Math.min(each, count - part * each);
      const some = new Int32Array(taps * tiles);
      let at = part * each * taps;
      for (let tile = 0; tile < tiles; tile++)
        for (let tap = 0; tap < taps; tap++) some[tap * tiles + tile] = all[at++]!;
      return some;
    });
  });
  return parts.map((data) => op.constant({ type: "int32", dims: [SEEN ** 2, data.length / SEEN ** 2], data }));
}
