/** The leaf that all numeric code shares. */

export type TensorType = "float32" | "float16" | "int64" | "int32" | "bool" | "uint8" | "int8";

export interface TensorData {
  readonly float32: Float32Array;
  readonly float16: Uint16Array;
  readonly int64: BigInt64Array;
  readonly int32: Int32Array;
  readonly bool: Uint8Array;
  readonly uint8: Uint8Array;
  readonly int8: Int8Array;
}

/** Dense and row-major: `data.length` is the product of `dims`. */
export interface Tensor<T extends TensorType = "float32"> {
  readonly type: T;
  readonly dims: readonly number[];
  readonly data: TensorData[T];
}

export type AnyTensor = { [T in TensorType]: Tensor<T> }[TensorType];

/** float32, [dims]. The data is not copied. */
export function tensor(data: Float32Array, dims: readonly number[]): Tensor {
  if (data.length !== elementCount(dims)) {
    throw new RangeError(`Cannot make a tensor of [${dims}] from ${data.length} values`);
  }
  return { type: "float32", dims, data };
}

/** The product of the dimensions. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}
