/**
 * LoRA and its kin beside the layers of a network. Their matrices are inputs, of any rank, and not part of the graph: an open
 * network takes any adapters that change the same layers, at any weight, and its own weights stay where they are.
 */
import type { Branch, BranchedLayer, Graph, Value } from "../graph/graph.ts";
import { cast, conv, gemm, matMul, mul, reshape, transpose, unflatten } from "../graph/ops.ts";

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
    if (layer.kind === "linear") return rows(op, x, layer, (flat) => matMul(op, gemm(op, flat, down), up));
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
    if (layer.kind === "linear")
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

/** x [..., in] as rows through `body`, and back to [..., out]. */
const rows = (op: Graph, x: Value, { out }: { readonly out: number }, body: (flat: Value) => Value): Value =>
  reshape(op, body(reshape(op, x, [-1, x.dims.at(-1)!])), [...x.dims.slice(0, -1), out]);
