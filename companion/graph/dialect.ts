/**
 * How one network description is lowered for each execution provider: the only place that knows what a provider can run,
 * and run fast. A new provider is a new row; a network file never asks which one it is built for.
 */

export type Provider = "cuda" | "webgpu" | "dml" | "coreml" | "cpu";

export interface Dialect {
  readonly provider: Provider;
  /** Element type of the arithmetic. Weights of another type are cast once, when the session opens. */
  readonly float: "float32" | "float16";
  /** x·Wᵀ: "gemm" on rows (bias included), or "fused-matmul" on any rank with an Add for the bias. */
  readonly linear: "gemm" | "fused-matmul";
  /** "fused": com.microsoft.MultiHeadAttention. "chunked": MatMul, Softmax, MatMul over slices of the queries. */
  readonly attention: "fused" | "chunked";
  /** The largest matrix of attention scores that "chunked" makes at once, in elements. */
  readonly maxScores: number;
}

const MAX_SCORES = 2 ** 26;

/**
 * What is known to run (kernel tables of ONNX Runtime 1.30). The CPU has no float16 kernels for Conv, MatMul or Softmax.
 * WebGPU has no FusedMatMul and no GroupNorm. Group norm is InstanceNormalization everywhere: the fused kernel of CUDA
 * wants channels last, which this runtime's binding can't ask for.
 */
export const DIALECTS: Record<Exclude<Provider, "coreml">, Dialect> = {
  cpu: { provider: "cpu", float: "float32", linear: "gemm", attention: "fused", maxScores: MAX_SCORES },
  cuda: { provider: "cuda", float: "float16", linear: "gemm", attention: "fused", maxScores: MAX_SCORES },
  webgpu: { provider: "webgpu", float: "float16", linear: "gemm", attention: "fused", maxScores: MAX_SCORES },
  dml: { provider: "dml", float: "float16", linear: "gemm", attention: "fused", maxScores: MAX_SCORES },
};
