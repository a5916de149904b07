/** The element types of ONNX that weights and values here can have. */
import type { WeightType } from "./weights.ts";

/** Name → TensorProto.DataType and bytes per element. onnx/onnx.proto, message TensorProto. */
export const ELEMENT_TYPES = {
  float32: { code: 1, bytes: 4 },
  uint8: { code: 2, bytes: 1 },
  int8: { code: 3, bytes: 1 },
  int16: { code: 5, bytes: 2 },
  int32: { code: 6, bytes: 4 },
  int64: { code: 7, bytes: 8 },
  bool: { code: 9, bytes: 1 },
  float16: { code: 10, bytes: 2 },
  float64: { code: 11, bytes: 8 },
  bfloat16: { code: 16, bytes: 2 },
  float8e4m3: { code: 17, bytes: 1 },
  float8e5m2: { code: 19, bytes: 1 },
} as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

/** What safetensors calls them. */
export const ELEMENT_TYPE_OF: Record<WeightType, ElementType> = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  F8_E4M3: "float8e4m3",
  F8_E5M2: "float8e5m2",
  I64: "int64",
  I32: "int32",
  I16: "int16",
  I8: "int8",
  U8: "uint8",
  BOOL: "bool",
};
