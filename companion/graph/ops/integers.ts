/** Arithmetic in whole numbers of 8 bits. */
import type { Graph, Value } from "../graph.ts";

/** Numbers as whole ones from 0 to 255: each is (value − zero) · scale. */
export interface Quantized {
  readonly values: Value;
  /** float32 [] */
  readonly scale: Value;
  /** uint8 [] */
  readonly zero: Value;
}

/** x, whose least and greatest number (and 0) become 0 and 255. ONNX, DynamicQuantizeLinear. */
export function dynamicQuantize(op: Graph, x: Value): Quantized {
  const results = [
    { type: "uint8", dims: x.dims },
    { type: "float32", dims: [] },
    { type: "uint8", dims: [] },
  ] as const;
  const [values, scale, zero] = op.emit("DynamicQuantizeLinear", [x], results);
  return { values: values!, scale: scale!, zero: zero! };
}

/** x / scale + zero, to the nearest whole number from 0 to 255. ONNX, QuantizeLinear. */
export function quantizeLinear(op: Graph, x: Value, { scale, zero }: Omit<Quantized, "values">): Quantized {
  const [values] = op.emit("QuantizeLinear", [x, scale, zero], [{ type: "uint8", dims: x.dims }]);
  return { values: values!, scale, zero };
}

/** A matrix [K, N] of whole numbers from −127 to 127; a number is value · scale of its column. */
export interface IntegerFactor {
  /** int8 [K, N] */
  readonly values: Value;
  /** float32 [N] */
  readonly scales: Value;
}

/** x [M, K] · matrix [K, N] + bias [N] → float32 [M, N]. The sums are exact. ONNX Runtime, MatMulIntegerToFloat. */
export function integerProduct(
  op: Graph,
  { values: x, scale, zero }: Quantized,
  { values, scales }: IntegerFactor,
  bias: Value | undefined,
): Value {
  const [m, k] = x.dims;
  const [k2, n] = values.dims;
  if (x.dims.length !== 2 || k !== k2) op.fail(`Cannot multiply [${x.dims}] by [${values.dims}]`);
  const inputs = [x, values, scale, scales, zero, undefined, bias];
  const result = [{ type: "float32", dims: [m!, n!] }] as const;
  return op.emit("MatMulIntegerToFloat", inputs, result, {}, { domain: "com.microsoft" })[0]!;
}
