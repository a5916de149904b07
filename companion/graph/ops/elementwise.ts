/** Operators that work element by element. */
import type { AnyTensor } from "../../tensor.ts";
import { float, int, string } from "../attributes.ts";
import type { Dim } from "../dim.ts";
import { ELEMENT_TYPES, type ElementType } from "../element-type.ts";
import type { Graph, Value } from "../graph.ts";
import { activatedGroupNorm } from "./group-norm.ts";

/** NumPy's broadcasting of two shapes. */
function broadcast(op: Graph, a: Value, b: Value): Dim[] {
  const rank = Math.max(a.dims.length, b.dims.length);
  const at = (v: Value, i: number) => v.dims[i - rank + v.dims.length] ?? 1;
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [at(a, i), at(b, i)];
    if (x !== y && x !== 1 && y !== 1) op.fail(`Cannot combine [${a.dims}] with [${b.dims}]`);
    return x === 1 ? y : x;
  });
}

function binary(op: Graph, operator: string, a: Value, b: Value): Value {
  if (a.type !== b.type) op.fail(`Cannot combine ${a.type} with ${b.type}`);
  return op.emit(operator, [a, b], [{ type: a.type, dims: broadcast(op, a, b) }])[0]!;
}

const unary = (op: Graph, operator: string, x: Value): Value => op.emit(operator, [x], [x])[0]!;

export const add = (op: Graph, a: Value, b: Value): Value => binary(op, "Add", a, b);
export const sub = (op: Graph, a: Value, b: Value): Value => binary(op, "Sub", a, b);
export const mul = (op: Graph, a: Value, b: Value): Value => binary(op, "Mul", a, b);
export const div = (op: Graph, a: Value, b: Value): Value => binary(op, "Div", a, b);

export const abs = (op: Graph, x: Value): Value => unary(op, "Abs", x);
export const sqrt = (op: Graph, x: Value): Value => unary(op, "Sqrt", x);
export const sin = (op: Graph, x: Value): Value => unary(op, "Sin", x);
export const cos = (op: Graph, x: Value): Value => unary(op, "Cos", x);
export const tanh = (op: Graph, x: Value): Value => unary(op, "Tanh", x);
export const softplus = (op: Graph, x: Value): Value => unary(op, "Softplus", x);

export const sigmoid = (op: Graph, x: Value): Value => unary(op, "Sigmoid", x);

/** x where it is above 0, slope · x below. Maas et al. 2013. */
export const leakyRelu = (op: Graph, x: Value, slope: number): Value =>
  op.emit("LeakyRelu", [x], [x], { alpha: float(slope) })[0]!;

/** The same with slopes that broadcast to x. He et al. 2015. */
export const prelu = (op: Graph, x: Value, slopes: Value): Value => op.emit("PRelu", [x, slopes], [x])[0]!;

export const relu = (op: Graph, x: Value): Value => unary(op, "Relu", x);

/** x · Φ(x), with the error function. Hendrycks & Gimpel 2016. */
export const gelu = (op: Graph, x: Value): Value => op.emit("Gelu", [x], [x], { approximate: string("none") })[0]!;

/** The same with the hyperbolic tangent in the error function's place. */
export const tanhGelu = (op: Graph, x: Value): Value =>
  op.emit("FastGelu", [x], [x], {}, { domain: "com.microsoft" })[0]!;

/** x · sigmoid(αx). */
export const quickGelu = (op: Graph, x: Value, alpha: number): Value =>
  op.emit("QuickGelu", [x], [x], { alpha: float(alpha) }, { domain: "com.microsoft" })[0]!;

/** x · sigmoid(x), in one kernel, or in that which normalises x. Ramachandran et al. 2017. */
export const silu = (op: Graph, x: Value): Value => activatedGroupNorm(x) ?? quickGelu(op, x, 1);

/** x · tanh(softplus(x)). Misra 2019. */
export const mish = (op: Graph, x: Value): Value => mul(op, x, tanh(op, softplus(op, x)));

/** `type` again is no node. */
export function cast(op: Graph, x: Value, type: ElementType): Value {
  return x.type === type
    ? x
    : op.emit("Cast", [x], [{ type, dims: x.dims }], {
        to: int(ELEMENT_TYPES[type].code),
      })[0]!;
}

/** One number in the graph's own float type, rank 0. */
export const scalar = (op: Graph, value: number, type: ElementType = op.float): Value => floats(op, [value], [], type);

/** Numbers in the graph's own float type, or in another. Given as float32; cast once, when the session opens. */
export function floats(
  op: Graph,
  values: ArrayLike<number>,
  dims: readonly number[],
  type: ElementType = op.float,
): Value {
  const data: AnyTensor = { type: "float32", dims, data: Float32Array.from(values) };
  return cast(op, op.constant(data), type);
}
