/**
 * How one network description is lowered for each execution provider: the only place that knows what a provider can run,
 * and run fast. A new provider is a new row; a network file never asks which one it is built for.
 */

export type Provider = "cuda" | "webgpu" | "dml" | "coreml" | "cpu";

export interface Dialect {
  readonly provider: Provider;
  /** Element type of the arithmetic. Weights of another type are cast once, when the session opens. */
  readonly float: "float32" | "float16";
  /** "fused": com.microsoft.MultiHeadAttention. "chunked": MatMul, Softmax, MatMul over slices of the queries. */
  readonly attention: "fused" | "chunked";
  /** The largest matrix of attention scores that is made at once, in elements. The processor's fused kernel makes blocks of it, of any. */
  readonly maxScores: number;
  /**
   * From how many pixels on a picture that is doubled and then convolved is convolved small, in four phases, with less
   * than half the arithmetic. The phases' kernels are computed by the CPU when the session opens, which takes time.
   */
  readonly phasesFrom: number;
  /**
   * From how many tiles of 4×4 pixels, and channels, on 3×3 convolutions are faster by tiles (tiled-convolution.ts); `widest`: from how
   * many channels in its widest layers on a network is, which otherwise is rearranged (memory.ts), absent: any; `channelsLast`: how the
   * pictures of such an autoencoder lie, which no cache holds, absent: as of others.
   */
  readonly tiled: {
    readonly tiles: number;
    readonly channels: number;
    readonly widest?: number;
    readonly channelsLast?: Dialect["channelsLast"];
  };
  /**
   * Bytes that a feed-forward network's inner rows take at once, at the most: larger ones come from new pages, and leave the caches
   * before they are read.
   */
  readonly innerBytes: number;
  /** Whether a convolution always has a bias, if need be of zeros: ONNX Runtime 1.30's WebGPU provider needs one (seen on SwiftShader). */
  readonly biases: "where-given" | "always";
  /** "fused": com.microsoft.GroupNorm, with the activation after it. "composed": of what every provider has. */
  readonly groupNorms: "composed" | "fused";
  /**
   * Numbers of which a group's moments are taken at once. ONNX Runtime 1.30's InstanceNormalization on the processor adds up a row in few
   * float32: of a quarter of a million the result is 1e-6 off, of two million 3e-5, of eight 2e-4 (findings/onnxruntime-long-rows.sh).
   */
  readonly longestNorm: number;
  /**
   * Whether pictures lie channels last between layers (channels-last.ts). "always": as tensor cores convolve them, com.microsoft.NhwcConv.
   * "by-rows": but for convolutions that are not computed by rows of pixels.
   */
  readonly channelsLast: "never" | "by-rows" | "always";
  /** How a product joins a sum that is there: "in-place", or "added" to it, which is one more pass. */
  readonly sums: "in-place" | "added";
  /**
   * What the runs of one evaluation share: their "first" part, a network of its own, whose values pass through the processor's memory, or
   * "nothing", where that takes longer than to compute them again. 10 MB to a card and back for Stable Diffusion 1.5 at 512 × 512.
   */
  readonly shared: "first" | "nothing";
  /**
   * Where adapters (LoRA and its kin) can join a network. "everywhere": at every layer, where opening the network once more for them
   * takes long (pipeline/weights/lora-slots.ts), so that an open one takes any, and one that is not used costs nothing but its
   * condition. "where-used": at the layers that those of a request change.
   */
  readonly slots: "everywhere" | "where-used";
  /**
   * What a convolution sees beyond a picture's edges. "zeros": as networks are trained. "around": the opposite side, so that
   * pictures repeat without a seam. "beside": the opposite side left and right alone, for strips of such a picture, which bring
   * their rows above and below. Absent: zeros. No provider's matter, but chosen like theirs: once, and for all of a network.
   */
  readonly edges?: "zeros" | "around" | "beside";
  /** Whether a network's convolutions may be computed by tiles; chosen once, for all of it (`convolving`). Absent: "direct". */
  readonly convolutions?: "direct" | "tiled";
}

const GPU = {
  float: "float16",
  attention: "fused",
  maxScores: 2 ** 26,
  phasesFrom: Number.POSITIVE_INFINITY,
  tiled: { tiles: Number.POSITIVE_INFINITY, channels: 0 },
  innerBytes: Number.POSITIVE_INFINITY,
  biases: "where-given",
  groupNorms: "composed",
  longestNorm: Number.POSITIVE_INFINITY,
  channelsLast: "never",
  sums: "added",
  shared: "nothing",
  slots: "where-used",
} as const;

/** What every provider has kernels for. */
export const PLAIN = { groupNorms: "composed", channelsLast: "never" } as const;

export const isPlain = ({ groupNorms, channelsLast }: Dialect): boolean =>
  groupNorms === PLAIN.groupNorms && channelsLast === PLAIN.channelsLast;

/**
 * Of rows that are rounded together: fewer have a smaller range, and stay in the caches where a LoRA joins them, which takes 3 % of a step
 * less. Without one it makes no difference. Measured.
 */
const INTEGER_INNER_BYTES = 5 * 2 ** 20;

/**
 * For networks that compute in whole numbers: products join the slots' conditions nowhere, as what a condition skips would be
 * copied.
 */
export const forIntegers = (dialect: Dialect): Dialect => ({
  ...dialect,
  slots: "where-used",
  innerBytes: Math.min(dialect.innerBytes, INTEGER_INNER_BYTES),
});

/**
 * For a network that mostly convolves, whose layers have so many channels. An autoencoder's "pictures" lie channels last where they are
 * computed by tiles: a decoder of Stable Diffusion 1.5 takes 0.89 of the time at 512 × 512. Of a denoiser's "latents" that is 0.985 of an
 * exact step and 1.01 of a fast one, and such norms are three times as many nodes, with which it takes a quarter longer to open. Measured.
 */
export function convolving(dialect: Dialect, channels: readonly number[], of: "latents" | "pictures"): Dialect {
  const { widest = 0, channelsLast = dialect.channelsLast } = dialect.tiled;
  if (Math.max(...channels) < widest) return { ...dialect, convolutions: "direct" };
  return { ...dialect, convolutions: "tiled", ...(of === "pictures" && { channelsLast }) };
}

/**
 * What is known to run (kernel tables of ONNX Runtime 1.30). The CPU has no float16 kernels for Conv, MatMul or Softmax. WebGPU has no
 * FusedMatMul and no GroupNorm. CUDA's GroupNorm wants channels last, DirectML's takes both. The self-test tries what stands here, then the
 * same with `PLAIN`, which every provider has, and takes what is right and faster.
 */
export const DIALECTS: Record<Exclude<Provider, "coreml">, Dialect> = {
  cpu: {
    provider: "cpu",
    float: "float32",
    attention: "fused",
    maxScores: Number.POSITIVE_INFINITY,
    phasesFrom: 4096,
    tiled: { tiles: 32, channels: 64, widest: 320, channelsLast: "by-rows" },
    innerBytes: 10 * 2 ** 20,
    biases: "where-given",
    groupNorms: "composed",
    longestNorm: 2 ** 18,
    channelsLast: "never",
    sums: "in-place",
    shared: "first",
    slots: "everywhere",
  },
  cuda: { provider: "cuda", ...GPU, groupNorms: "fused", channelsLast: "always" },
  webgpu: { provider: "webgpu", ...GPU, biases: "always" },
  dml: { provider: "dml", ...GPU, groupNorms: "fused" },
};

/** How a picture that repeats is built, and what sets the keys of its sessions apart. */
export const tilingDialect = (
  dialect: Dialect,
  tiling: boolean,
): { readonly dialect: Dialect; readonly mark: string } =>
  tiling ? { dialect: { ...dialect, edges: "around" }, mark: "/tiling" } : { dialect, mark: "" };
