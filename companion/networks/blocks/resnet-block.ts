import type { Graph, Value } from "../../graph/graph.ts";
import { conv2d, groupNorm, linear } from "../../graph/layers.ts";
import { add, mul, reshape, scalar, split } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import { ACTIVATIONS } from "./activation.ts";

export interface ResnetOptions {
  readonly out: number;
  readonly groups: number;
  readonly eps: number;
  readonly activation: "silu" | "gelu" | "mish";
  /** How the time embedding enters: added before the second norm, or as scale and shift after it. */
  readonly timeInjection: "default" | "scale_shift";
  /** The result is divided by this. */
  readonly scaleFactor: number;
}

const ONE = [1, 1, 1, 1] as const;

/**
 * x [B, in, H, W], time [B, T] (absent in a VAE) → [B, out, H, W].
 * Keys: norm1 conv1 time_emb_proj? norm2 conv2 conv_shortcut?. diffusers models/resnet.py, ResnetBlock2D.
 */
export function resnetBlock(op: Graph, w: Weights, x: Value, time: Value | undefined, options: ResnetOptions): Value {
  const { out, activation, timeInjection, scaleFactor } = options;
  const act = (value: Value) => op.scope(w.path, () => ACTIVATIONS[activation](op, value));
  let h = conv2d(op, w.at("conv1"), act(groupNorm(op, w.at("norm1"), x, options)), [out, 3], { padding: ONE });
  if (time && timeInjection === "default") {
    const shift = linear(op, w.at("time_emb_proj"), act(time), out);
    h = add(op, h, reshape(op, shift, [-1, out, 1, 1]));
  }
  h = groupNorm(op, w.at("norm2"), h, options);
  if (time && timeInjection === "scale_shift") {
    const both = reshape(op, linear(op, w.at("time_emb_proj"), act(time), 2 * out), [-1, 2 * out, 1, 1]);
    const [scale, shift] = split(op, both, 2, 1) as [Value, Value];
    h = add(op, mul(op, h, add(op, scale, scalar(op, 1))), shift);
  }
  h = conv2d(op, w.at("conv2"), act(h), [out, 3], { padding: ONE });
  const skip = x.dims[1] === out ? x : conv2d(op, w.at("conv_shortcut"), x, [out, 1]);
  return op.scope(w.path, () => {
    const sum = add(op, skip, h);
    return scaleFactor === 1 ? sum : mul(op, sum, scalar(op, 1 / scaleFactor));
  });
}
