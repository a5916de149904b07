/** A block of DAT: attention beside a convolution, each weighed by what the other saw, then a gated feed-forward part. */
import { dimAt, fixedDims } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { batchNorm, conv2d, depthwiseConv2d, layerNorm, linear, linearNoBias, weight } from "../../graph/layers.ts";
import {
  add,
  concat,
  floats,
  gather,
  gelu,
  lpNormalization,
  matMul,
  mul,
  pad,
  reduceMean,
  relu,
  reshape,
  scalar,
  sigmoid,
  slice,
  softmax,
  split,
  transpose,
} from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import { pictureOf, rowsOf } from "../blocks/rows.ts";
import {
  distanceIndices,
  distances,
  halfOf,
  intoWindows,
  outOfWindows,
  rolled,
  unrolled,
  type Window,
} from "../blocks/windows.ts";
import { type DatConfig, NORM_EPS } from "./dat-config.ts";

export interface BlockConfig extends DatConfig {
  readonly heads: number;
  /** Its group's place, and its own in it. */
  readonly group: number;
  readonly index: number;
  /** `rollMask` for the graph. */
  readonly maskFor: (window: Window, size: readonly [number, number]) => Value;
}

/** x [H, W, C]. Keys: norm1, attn, norm2, ffn. */
export function block(op: Graph, w: Weights, x: Value, config: BlockConfig): Value {
  const attention = config.index % 2 === 0 ? spatialAttention : channelAttention;
  const h = add(op, x, attention(op, w.at("attn"), layerNorm(op, w.at("norm1"), x, NORM_EPS), config));
  return add(op, h, feedForward(op, w.at("ffn"), layerNorm(op, w.at("norm2"), h, NORM_EPS), config));
}

/** Whether a block's windows are shifted: every second of those with spatial attention, in turns from group to group. */
const isShifted = ({ group, index }: BlockConfig): boolean => (group % 2 === 0 ? index % 4 === 2 : index % 4 === 0);

function qkv(op: Graph, w: Weights, x: Value, { features, qkvBias }: BlockConfig): Value {
  return (qkvBias ? linear : linearNoBias)(op, w.at("qkv"), x, 3 * features);
}

/** Section 3.2: attention in windows, lying ones for half of the channels and standing ones for the other. */
function spatialAttention(op: Graph, w: Weights, x: Value, config: BlockConfig): Value {
  const [height, width] = fixedDims(x.dims) as [number, number, number];
  const { features, window } = config;
  const all = qkv(op, w, x, config);
  const values = slice(op, all, 2, [2 * features, 3 * features]);
  const most = Math.max(...window);
  const size = [Math.ceil(height / most) * most, Math.ceil(width / most) * most] as const;
  const padded = pad(op, all, [0, 0, 0], [size[0] - height, size[1] - width, 0]);
  const parts = split(op, padded, 6, 2); // Two halves each of q, k, v.
  const halves = [window, window.toReversed() as unknown as Window].map((own, half) => {
    const by = isShifted(config) ? halfOf(own) : undefined;
    const [q, k, v] = [0, 1, 2].map((i) => (by ? rolled(op, parts[2 * i + half]!, by) : parts[2 * i + half]!));
    const seen = windowAttention(op, w.at("attns").at(half), [q!, k!, v!], { window: own, size, config });
    return by ? unrolled(op, seen, by) : seen;
  });
  const seen = pictureOf(op, slice(op, slice(op, concat(op, halves, 2), 0, [0, height]), 1, [0, width]));
  const convolved = convolution(op, w, values);
  const [channels, places] = [channelMap(op, w, convolved, features), spatialMap(op, w, seen, features)];
  return merged(op, w, mul(op, seen, channels), mul(op, convolved, places));
}

interface Windowed {
  readonly window: Window;
  readonly size: readonly [number, number];
  readonly config: BlockConfig;
}

function windowAttention(
  op: Graph,
  w: Weights,
  [q, k, v]: readonly [Value, Value, Value],
  { window, size, config }: Windowed,
): Value {
  const heads = Math.floor(config.heads / 2);
  const [qs, ks, vs] = [q, k, v].map((x) => intoWindows(op, x, window, heads)) as [Value, Value, Value];
  const scaled = mul(op, qs, scalar(op, dimAt(qs, 3) ** -0.5));
  const scores = add(
    op,
    matMul(op, scaled, transpose(op, ks, [0, 1, 3, 2])),
    positionBias(op, w.at("pos"), window, heads),
  );
  const masked = isShifted(config) ? add(op, scores, config.maskFor(window, size)) : scores;
  return outOfWindows(op, matMul(op, softmax(op, masked), vs), window, size);
}

/** [1, heads, pixels, pixels], of a network that sees the distances alone. Keys: pos_proj, pos1 … pos3 (0: norm, 2: linear). */
function positionBias(op: Graph, w: Weights, window: Window, heads: number): Value {
  const table = distances(window);
  const width = w.dimsOf("pos_proj.weight")?.[0] ?? 0;
  let h = linear(op, w.at("pos_proj"), floats(op, table, [table.length / 2, 2]), width);
  for (const [name, out] of [
    ["pos1", width],
    ["pos2", width],
    ["pos3", heads],
  ] as const)
    h = linear(op, w.at(name).at(2), relu(op, layerNorm(op, w.at(name).at(0), h, NORM_EPS)), out);
  const pixels = window[0] * window[1];
  const ids = op.constant({ type: "int64", dims: [pixels, pixels], data: distanceIndices(window) });
  return reshape(op, transpose(op, gather(op, h, ids), [2, 0, 1]), [1, heads, pixels, pixels]);
}

/** Section 3.2: attention between channels, over all pixels. Keys: temperature, and as above. */
function channelAttention(op: Graph, w: Weights, x: Value, config: BlockConfig): Value {
  const [height, width] = fixedDims(x.dims) as [number, number, number];
  const { features, heads } = config;
  const all = reshape(op, qkv(op, w, x, config), [height * width, 3, heads, features / heads]);
  const [q, k, v] = split(op, transpose(op, all, [1, 2, 3, 0]), 3, 0).map((part) =>
    reshape(op, part, [heads, features / heads, height * width]),
  ) as [Value, Value, Value];
  const scores = matMul(op, lpNormalization(op, q), transpose(op, lpNormalization(op, k), [0, 2, 1]));
  const weighed = softmax(op, mul(op, scores, weight(op, w, "temperature", [heads, 1, 1])));
  const seen = reshape(op, matMul(op, weighed, v), [1, features, height, width]);
  const convolved = convolution(op, w, rowsOf(op, reshape(op, v, [1, features, height, width])));
  const [channels, places] = [channelMap(op, w, seen, features), spatialMap(op, w, convolved, features)];
  return merged(op, w, mul(op, seen, places), mul(op, convolved, channels));
}

/** Keys: dwconv.0, dwconv.1. */
const convolution = (op: Graph, w: Weights, rows: Value): Value =>
  gelu(
    op,
    batchNorm(op, w.at("dwconv").at(1), depthwiseConv2d(op, w.at("dwconv").at(0), pictureOf(op, rows), 3), NORM_EPS),
  );

/** Section 3.3, "adaptive interaction": both sides, weighed by what the other saw, are added. Key: proj. */
const merged = (op: Graph, w: Weights, seen: Value, convolved: Value): Value =>
  linear(op, w.at("proj"), rowsOf(op, add(op, seen, convolved)), dimAt(seen, 1));

/** [1, C, 1, 1]. Keys: channel_interaction.1, 2, 4. */
function channelMap(op: Graph, own: Weights, x: Value, features: number): Value {
  const w = own.at("channel_interaction");
  const mean = reduceMean(op, reduceMean(op, x, 2), 3);
  const narrow = conv2d(op, w.at(1), mean, [Math.floor(features / 8), 1]);
  return sigmoid(op, conv2d(op, w.at(4), gelu(op, batchNorm(op, w.at(2), narrow, NORM_EPS)), [features, 1]));
}

/** [1, 1, H, W]. Keys: spatial_interaction.0, 1, 3. */
function spatialMap(op: Graph, own: Weights, x: Value, features: number): Value {
  const w = own.at("spatial_interaction");
  const narrow = conv2d(op, w.at(0), x, [Math.floor(features / 16), 1]);
  return sigmoid(op, conv2d(op, w.at(3), gelu(op, batchNorm(op, w.at(1), narrow, NORM_EPS)), [1, 1]));
}

/** Section 3.3, "spatial-gate feed-forward network". Keys: fc1, sg.norm, sg.conv, fc2. */
function feedForward(op: Graph, w: Weights, x: Value, { features, hidden }: BlockConfig): Value {
  const [first, second] = split(op, gelu(op, linear(op, w.at("fc1"), x, hidden)), 2, 2) as [Value, Value];
  const gate = w.at("sg");
  const normal = pictureOf(op, layerNorm(op, gate.at("norm"), second, NORM_EPS));
  const opened = rowsOf(op, depthwiseConv2d(op, gate.at("conv"), normal, 3));
  return linear(op, w.at("fc2"), mul(op, first, opened), features);
}
