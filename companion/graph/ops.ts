/** One small typed function per ONNX operator used, each with its shape inference: (op, x, …) → value. */
export * from "./ops/elementwise.ts";
export * from "./ops/group-norm.ts";
export * from "./ops/integers.ts";
export * from "./ops/products.ts";
export * from "./ops/reductions.ts";
export * from "./ops/shape.ts";
