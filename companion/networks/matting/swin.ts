/**
 * Swin Transformer, as a backbone: Liu et al. 2021, "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows".
 * Source: ZhengPeng7/BiRefNet, models/backbones/swin_v1.py.
 */
import { dimAt, fixedDims } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { conv2d, layerNorm, linear, linearNoBias, weight } from "../../graph/layers.ts";
import {
  add,
  concat,
  gather,
  gelu,
  matMul,
  mul,
  pad,
  reshape,
  scalar,
  slice,
  softmax,
  split,
  stride,
  transpose,
} from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import { pictureOf, rowsOf } from "../blocks/rows.ts";
import {
  distanceIndices,
  halfOf,
  intoWindows,
  outOfWindows,
  rolled,
  rollMask,
  unrolled,
  type Window,
} from "../blocks/windows.ts";

export interface SwinConfig {
  /** Channels of the first stage; each has twice as many as the one before. */
  readonly features: number;
  /** Blocks and heads of each stage. */
  readonly stages: readonly { readonly blocks: number; readonly heads: number }[];
  /** Pixels. */
  readonly window: number;
}

/** Pixels of the picture in one of the first stage. */
const PATCH = 4;
const NORM_EPS = 1e-5;
/** Channels inside a block's feed-forward part, by those outside. */
const WIDER = 4;

/** x [1, 3, H, W] → a picture of each stage, [1, features · 2^i, H / 2^(i + 2), …]. Keys: patch_embed, layers.N, normN. */
export function swin(op: Graph, w: Weights, x: Value, { features, stages, window }: SwinConfig): Value[] {
  const embed = w.at("patch_embed");
  const patches = conv2d(op, embed.at("proj"), x, [features, PATCH], { stride: PATCH });
  let h = layerNorm(op, embed.at("norm"), rowsOf(op, patches), NORM_EPS);
  return stages.map(({ blocks, heads }, i) => {
    const stage = w.at("layers").at(i);
    const run = { heads, window: [window, window] as const, mask: maskOnce(op) };
    for (let k = 0; k < blocks; k++) h = block(op, stage.at("blocks").at(k), h, { ...run, shifted: k % 2 === 1 });
    const seen = pictureOf(op, layerNorm(op, w.at(`norm${i}`), h, NORM_EPS));
    if (i < stages.length - 1) h = merged(op, stage.at("downsample"), h);
    return seen;
  });
}

interface BlockConfig {
  readonly heads: number;
  readonly window: Window;
  readonly shifted: boolean;
  /** `rollMask` for the stage. */
  readonly mask: (size: readonly [number, number], window: Window) => Value;
}

/** Masks are large, and the same for all blocks of a stage. */
function maskOnce(op: Graph): BlockConfig["mask"] {
  let known: Value | undefined;
  return (size, window) => {
    known ??= rollMask(op, size, window);
    return known;
  };
}

/** x [H, W, C]. Keys: norm1, attn, norm2, mlp. */
function block(op: Graph, w: Weights, x: Value, config: BlockConfig): Value {
  const features = dimAt(x, 2);
  const h = add(op, x, attention(op, w.at("attn"), layerNorm(op, w.at("norm1"), x, NORM_EPS), config));
  const inner = gelu(op, linear(op, w.at("mlp.fc1"), layerNorm(op, w.at("norm2"), h, NORM_EPS), WIDER * features));
  return add(op, h, linear(op, w.at("mlp.fc2"), inner, features));
}

/** Within windows, which are shifted in every second block. Keys: qkv, relative_position_bias_table, proj. */
function attention(op: Graph, w: Weights, x: Value, { heads, window, shifted, mask }: BlockConfig): Value {
  const [height, width, features] = fixedDims(x.dims) as [number, number, number];
  const [rows, columns] = window;
  const size = [Math.ceil(height / rows) * rows, Math.ceil(width / columns) * columns] as const;
  const padded = pad(op, x, [0, 0, 0], [size[0] - height, size[1] - width, 0]);
  const moved = shifted ? rolled(op, padded, halfOf(window)) : padded;
  const [q, k, v] = split(op, linear(op, w.at("qkv"), moved, 3 * features), 3, 2).map((part) =>
    intoWindows(op, part, window, heads),
  ) as [Value, Value, Value];
  const scaled = mul(op, q, scalar(op, (features / heads) ** -0.5));
  const scores = add(op, matMul(op, scaled, transpose(op, k, [0, 1, 3, 2])), positionBias(op, w, window, heads));
  const weighed = softmax(op, shifted ? add(op, scores, mask(size, window)) : scores);
  const seen = outOfWindows(op, matMul(op, weighed, v), window, size);
  const back = shifted ? unrolled(op, seen, halfOf(window)) : seen;
  const own = slice(op, slice(op, back, 0, [0, height]), 1, [0, width]);
  return linear(op, w.at("proj"), own, features);
}

/** [1, heads, pixels, pixels], of how two pixels of a window lie to one another. */
function positionBias(op: Graph, w: Weights, window: Window, heads: number): Value {
  const [rows, columns] = window;
  const pixels = rows * columns;
  const table = weight(op, w, "relative_position_bias_table", [(2 * rows - 1) * (2 * columns - 1), heads]);
  const ids = op.constant({ type: "int64", dims: [pixels, pixels], data: distanceIndices(window) });
  return reshape(op, transpose(op, gather(op, table, ids), [2, 0, 1]), [1, heads, pixels, pixels]);
}

/** Each 2×2 pixels become one of twice the channels: x [H, W, C] → [⌈H/2⌉, ⌈W/2⌉, 2C]. Keys: norm, reduction. */
function merged(op: Graph, w: Weights, x: Value): Value {
  const [height, width, features] = fixedDims(x.dims) as [number, number, number];
  const [down, across] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const even = pad(op, x, [0, 0, 0], [2 * down - height, 2 * across - width, 0]);
  const places = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ] as const;
  const parts = places.map(([y, x]) => stride(op, stride(op, even, 0, [y, down, 2]), 1, [x, across, 2]));
  return linearNoBias(op, w.at("reduction"), layerNorm(op, w.at("norm"), concat(op, parts, 2), NORM_EPS), 2 * features);
}
