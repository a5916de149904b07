/**
 * SPAN: Wan et al. 2024, "Swift Parameter-free Attention Network". Source: spandrel 0.4.2, architectures/SPAN. A file holds
 * each convolution as the four that it was trained as (1×1, 3×3, 1×1, and a 1×1 beside them) and as one of 3×3
 * ("eval_conv"), which may be out of date: as in the reference, the one is made of the four.
 */
import { dimAt } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { conv2d, weight } from "../../graph/layers.ts";
import {
  add,
  concat,
  conv,
  floats,
  matMul,
  mul,
  pad,
  pixelShuffle,
  reshape,
  scalar,
  sigmoid,
  silu,
  sub,
  transpose,
} from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import type { Upscaler } from "./upscaler.ts";

const ONE = [1, 1, 1, 1] as const;
/** Of the red, green and blue of the pictures that it was trained on. */
const MEAN = [0.4488, 0.4371, 0.404];
const RANGE = 255;

export interface SpanConfig {
  readonly features: number;
  readonly scale: number;
  /** False where the file says that its input is not normalised. */
  readonly normalised: boolean;
}

/** Keys: conv_1, block_1 … block_6 (c1_r, c2_r, c3_r), conv_2, conv_cat, upsampler.0. */
export const span = ({ features, scale, normalised }: SpanConfig): Upscaler => ({
  architecture: "SPAN",
  scale,
  multiple: 1,
  apply: (op, w, x) => {
    const shifted = normalised ? mul(op, sub(op, x, floats(op, MEAN, [1, 3, 1, 1])), scalar(op, RANGE)) : x;
    const first = joined(op, w.at("conv_1"), shifted, features);
    const blocks: Block[] = [];
    for (let i = 1; i <= 6; i++) blocks.push(block(op, w.at(`block_${i}`), blocks.at(-1)?.result ?? first, features));
    const last = joined(op, w.at("conv_2"), blocks[5]!.result, features);
    const seen = concat(op, [first, last, blocks[0]!.result, blocks[5]!.inner], 1);
    const merged = conv2d(op, w.at("conv_cat"), seen, [features, 1]);
    const up = conv2d(op, w.at("upsampler").at(0), merged, [3 * scale * scale, 3], { padding: ONE });
    return pixelShuffle(op, up, scale);
  },
});

interface Block {
  readonly result: Value;
  /** What its first convolution gives, activated. */
  readonly inner: Value;
}

/** Eq. 1 to 4: attention without parameters, odd and symmetric. */
function block(op: Graph, w: Weights, x: Value, features: number): Block {
  // The reference activates it in place, so that what it hands on is activated, too.
  const inner = silu(op, joined(op, w.at("c1_r"), x, features));
  const second = joined(op, w.at("c2_r"), inner, features);
  const third = joined(op, w.at("c3_r"), silu(op, second), features);
  const attention = sub(op, sigmoid(op, third), scalar(op, 0.5));
  return { inner, result: mul(op, add(op, third, x), attention) };
}

/** One 3×3 convolution made of the four; the session's constant folding makes it once. Keys: conv.0, conv.1, conv.2, sk. */
function joined(op: Graph, w: Weights, x: Value, out: number): Value {
  return op.scope(w.path, () => {
    const inner = dimAt(x, 1);
    const [wide, high] = [2 * inner, 2 * out];
    const matrix = (name: string, rows: number, columns: number) =>
      weight(op, w.at(name), "weight", [rows, columns, 1, 1], [rows, columns]);
    const bias = (name: string, size: number) => weight(op, w.at(name), "bias", [size]);
    const [narrow, middle, widen] = [matrix("conv.2", out, high), w.at("conv.1"), matrix("conv.0", wide, inner)];
    const kernels = weight(op, middle, "weight", [high, wide, 3, 3]);
    // [high, wide, 3, 3] → [9, high, wide], so that each tap is a product of three matrices.
    const taps = reshape(op, transpose(op, kernels, [2, 3, 0, 1]), [9 * high, wide]);
    const through = reshape(op, matMul(op, taps, widen), [9, high, inner]);
    const narrowed = matMul(op, narrow, reshape(op, transpose(op, through, [1, 0, 2]), [high, 9 * inner]));
    const weights = transpose(op, reshape(op, narrowed, [out, 9, inner]), [0, 2, 1]);
    const beside = pad(op, weight(op, w.at("sk"), "weight", [out, inner, 1, 1]), [0, 0, 1, 1], [0, 0, 1, 1]);
    const joint = add(op, reshape(op, weights, [out, inner, 3, 3]), beside);
    // What the first bias becomes: every tap sees it.
    const first = reshape(op, bias("conv.0", wide), [1, wide, 1, 1]);
    const spread = reshape(
      op,
      conv(op, add(op, first, floats(op, new Float32Array(9), [1, 1, 3, 3])), kernels, bias("conv.1", high)),
      [high, 1],
    );
    const shift = add(op, reshape(op, matMul(op, narrow, spread), [out]), bias("conv.2", out));
    return conv(op, x, joint, add(op, shift, bias("sk", out)), { padding: ONE });
  });
}
