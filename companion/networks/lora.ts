/**
 * LoRA and its kin beside the layers of a network. Their matrices are inputs, of any rank, and not part of the graph: an open
 * network takes any adapters that change the same layers, at any weight, and its own weights stay where they are.
 */
import type { Branch, BranchedLayer, Graph, Value } from "../graph/graph.ts";
import { cast, concat, conv, gemm, matMul, mul, pad, reshape, stride, transpose, unflatten } from "../graph/ops.ts";

/** What is added to one layer. */
export interface LayerSlots {
  /** One product of matrices: Hu et al. 2021, "LoRA", equation 3. Several adapters are one, their ranks side by side. */
  readonly lowRank: boolean;
  /** Whole differences of the weight, each with a gate. */
  readonly full: number;
  /** A difference of the bias. */
  readonly bias: boolean;
}

/** For estimates of memory. */
const TYPICAL_RANK = 16;

/** The names of a layer's inputs. */
export const slotNames = {
  /** [rank, in · kernel] */
  down: (path: string) => `lora/${path}/down`,
  /** [rank, out]: turned, so that the rank comes first here as well. */
  up: (path: string) => `lora/${path}/up`,
  /** [rank, 1]: how much of each. */
  gates: (path: string) => `lora/${path}/gates`,
  /** [out, in · kernel] */
  delta: (path: string, i: number) => `lora/${path}/delta.${i}`,
  /** [1] */
  gate: (path: string, i: number) => `lora/${path}/gate.${i}`,
  /** [out] */
  bias: (path: string) => `lora/${path}/bias`,
};

/** The branches that read these inputs (float32). */
export function slotBranches(path: string, { lowRank, full, bias }: LayerSlots): Branch[] {
  return [
    ...(lowRank ? [lowRankBranch(path)] : []),
    ...Array.from({ length: full }, (_, i) => fullBranch(path, i)),
    ...(bias ? [biasBranch(path)] : []),
  ];
}

const lowRankBranch =
  (path: string): Branch =>
  (op, x, layer) => {
    const free = (name: string, ...widths: number[]) =>
      cast(op, op.freeInput(name, `rank/${path}`, { type: "float32", dims: [TYPICAL_RANK, ...widths] }), op.float);
    const down = free(slotNames.down(path), inputsOf(x, layer));
    const up = mul(op, free(slotNames.up(path), layer.out), free(slotNames.gates(path), 1));
    if (layer.kind === "linear" || op.dialect.kernels === "constant")
      return rows(op, x, layer, (flat) => matMul(op, gemm(op, flat, down), up));
    const inner = conv(op, x, unflatten(op, down, kernelOf(x, layer)), undefined, layer);
    return conv(op, inner, transpose(op, unflatten(op, up, [layer.out, 1, 1]), [1, 0, 2, 3]), undefined);
  };

const fullBranch =
  (path: string, i: number): Branch =>
  (op, x, layer) => {
    const input = (name: string, dims: readonly number[]) =>
      cast(op, op.input(name, { type: "float32", dims }), op.float);
    const delta = input(slotNames.delta(path, i), [layer.out, inputsOf(x, layer)]);
    const gate = input(slotNames.gate(path, i), [1]);
    if (layer.kind === "linear" || op.dialect.kernels === "constant")
      return mul(
        op,
        rows(op, x, layer, (flat) => gemm(op, flat, delta)),
        gate,
      );
    return mul(op, conv(op, x, reshape(op, delta, [layer.out, ...kernelOf(x, layer)]), undefined, layer), gate);
  };

const biasBranch =
  (path: string): Branch =>
  (op, _x, layer) => {
    const bias = cast(op, op.input(slotNames.bias(path), { type: "float32", dims: [layer.out] }), op.float);
    return layer.kind === "linear" ? bias : reshape(op, bias, [layer.out, 1, 1]);
  };

/** What one output of the layer reads. */
const inputsOf = (x: Value, layer: BranchedLayer): number =>
  layer.kind === "linear" ? x.dims.at(-1)! : x.dims[1]! * layer.kernel ** 2;

const kernelOf = (x: Value, { kernel }: { readonly kernel: number }): [number, number, number] => [
  x.dims[1]!,
  kernel,
  kernel,
];

/** x [..., in] as rows through `body`, and back to [..., out]; or the patches of x [B, in, H, W], and back to [B, out, H', W']. */
function rows(op: Graph, x: Value, layer: BranchedLayer, body: (flat: Value) => Value): Value {
  if (layer.kind === "linear")
    return reshape(op, body(reshape(op, x, [-1, x.dims.at(-1)!])), [...x.dims.slice(0, -1), layer.out]);
  const { patches, height, width } = patchesOf(op, x, layer);
  const batch = x.dims[0]!;
  const result = reshape(op, body(reshape(op, patches, [-1, patches.dims[2]!])), [batch, height * width, layer.out]);
  return reshape(op, transpose(op, result, [0, 2, 1]), [batch, layer.out, height, width]);
}

/** What each place of the result sees of x [B, C, H, W]: [B, H' · W', C · kernel²], in the order of a kernel's numbers. */
function patchesOf(op: Graph, x: Value, layer: Extract<BranchedLayer, { kind: "conv2d" }>) {
  const { kernel, stride: step, padding } = layer;
  const [top, left, bottom, right] = padding;
  const padded = pad(op, x, [0, 0, top, left], [0, 0, bottom, right]);
  const [batch, channels, h, w] = padded.dims as [number, number, number, number];
  const [height, width] = [Math.floor((h - kernel) / step) + 1, Math.floor((w - kernel) / step) + 1];
  const taps = Array.from({ length: kernel ** 2 }, (_, tap) => {
    const row = stride(op, padded, 2, [Math.floor(tap / kernel), height, step]);
    return reshape(op, stride(op, row, 3, [tap % kernel, width, step]), [batch, channels, 1, height * width]);
  });
  const seen = reshape(op, concat(op, taps, 2), [batch, channels * kernel ** 2, height * width]);
  return { patches: transpose(op, seen, [0, 2, 1]), height, width };
}
