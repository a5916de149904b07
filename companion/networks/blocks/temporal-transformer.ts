import { dimAt, fixedDims } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { groupNorm, layerNorm, linear, weight } from "../../graph/layers.ts";
import { add, floats, reshape, slice, transpose } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import { attention } from "./attention.ts";
import { feedForward } from "./feed-forward.ts";

export interface TemporalOptions {
  readonly frames: number;
  /** Frames that its table of places has. */
  readonly places: number;
  readonly heads: number;
  readonly groups: number;
}

const NORM_EPS = 1e-6;
const LAYER_NORM_EPS = 1e-5;

/**
 * x [B·F, C, H, W], the frames of one picture after the other → the same, after each place has attended to itself in all
 * frames. The group norm is over all frames, as diffusers has it; in AnimateDiff's own code each frame has its own. Keys: norm
 * proj_in transformer_blocks.N proj_out. diffusers models/unets/unet_motion_model.py, AnimateDiffTransformer3D; Guo et al.
 * 2023, "AnimateDiff", section 4.2.
 */
export function temporalTransformer(op: Graph, w: Weights, x: Value, options: TemporalOptions): Value {
  const { frames, groups } = options;
  const [all, channels, height, width] = fixedDims(x.dims) as [number, number, number, number];
  const [batch, area] = [all / frames, height * width];
  const byChannel = op.scope(w.path, () =>
    transpose(op, reshape(op, x, [batch, frames, channels, area]), [0, 2, 1, 3]),
  );
  const normal = groupNorm(op, w.at("norm"), byChannel, { groups, eps: NORM_EPS }); // [B, C, F, H·W]
  const rows = op.scope(w.path, () =>
    reshape(op, transpose(op, normal, [0, 3, 2, 1]), [batch * area, frames, channels]),
  );
  let h = linear(op, w.at("proj_in"), rows, channels);
  const blocks = w.at("transformer_blocks");
  for (let i = 0; blocks.has(`${i}.norm1.weight`); i++) h = temporalBlock(op, blocks.at(i), h, options);
  h = linear(op, w.at("proj_out"), h, channels);
  return op.scope(w.path, () => {
    const byFrame = transpose(op, reshape(op, h, [batch, area, frames, channels]), [0, 2, 3, 1]);
    return add(op, reshape(op, byFrame, [all, channels, height, width]), x);
  });
}

/**
 * x [S, F, C] → [S, F, C]: two attentions of the frames to each other, each told the frames' places. Keys: norm1 attn1 norm2
 * attn2 norm3 ff pos_embed.pe?. diffusers models/attention.py, BasicTransformerBlock with double_self_attention.
 */
function temporalBlock(op: Graph, w: Weights, x: Value, { frames, places, heads }: TemporalOptions): Value {
  const norm = (name: string, value: Value) => layerNorm(op, w.at(name), value, LAYER_NORM_EPS);
  const residual = (h: Value, change: Value) => op.scope(w.path, () => add(op, change, h));
  const table = op.scope(w.path, () => placesOf(op, w, [frames, places, dimAt(x, 2)]));
  const attend = (n: 1 | 2, h: Value) => {
    const normal = norm(`norm${n}`, h);
    const placed = op.scope(w.path, () => add(op, normal, table));
    return residual(h, attention(op, w.at(`attn${n}`), placed, placed, { heads }));
  };
  const h = attend(2, attend(1, x));
  return residual(h, feedForward(op, w.at("ff.net"), norm("norm3", h)));
}

/**
 * The first frames' places, [1, F, C]: from the file where it is diffusers' own, otherwise computed, as diffusers does it with
 * the published files. Vaswani et al. 2017, section 3.5; rounding as in diffusers models/embeddings.py, SinusoidalPositionalEmbedding.
 */
function placesOf(op: Graph, w: Weights, [frames, places, width]: readonly [number, number, number]): Value {
  if (w.has("pos_embed.pe")) return slice(op, weight(op, w.at("pos_embed"), "pe", [1, places, width]), 1, [0, frames]);
  const { fround } = Math;
  const data = Float32Array.from({ length: frames * width }, (_, i) => {
    const [frame, channel] = [Math.floor(i / width), i % width];
    const rate = fround(-Math.log(10000) / width);
    const angle = fround(frame * fround(Math.exp(fround(2 * Math.floor(channel / 2) * rate))));
    return channel % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
  return floats(op, data, [1, frames, width]);
}
