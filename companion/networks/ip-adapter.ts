/** What turns an image's embedding into tokens that the UNet attends to: Ye et al. 2023, IP-Adapter, section 3.2. */
import type { Dialect } from "../graph/dialect.ts";
import { dimAt, fixedDims } from "../graph/dim.ts";
import { Graph, type Value } from "../graph/graph.ts";
import { layerNorm, linear, linearNoBias, weight } from "../graph/layers.ts";
import { scaledDotProductAttention } from "../graph/lowerings.ts";
import { add, cast, concat, expand, gelu, reshape } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";

/** "plain": one matrix for the whole image. "full": a small network for each patch. "plus": a resampler over the patches. */
export type ProjectionKind = "plain" | "full" | "plus";

export interface ProjectionShape {
  readonly batch: number;
  /** States of the image encoder: its patches and the class token. "plain" takes one embedding instead, and ignores this. */
  readonly states?: number;
}

/** The kind of the projection in an adapter's file, by its keys; undefined where there is none that we know. */
export function projectionKind(has: (key: string) => boolean): ProjectionKind | undefined {
  if (has("image_proj.latents")) return "plus";
  if (has("image_proj.proj.3.weight")) return "full";
  return has("image_proj.proj.weight") ? "plain" : undefined;
}

/**
 * `image_embeds` [B, P], or for "full" and "plus" the image encoder's `states` [B, N, P] under the same name → `tokens`
 * [B, n, D]. The adapter's file says n, D and P (n = 4 for plain and 16 for Plus as published; N for Full).
 */
export function imageProjectionGraph(weights: Weights, { batch, states }: ProjectionShape, dialect: Dialect): Graph {
  const op = new Graph({ dialect });
  const w = weights.at("image_proj");
  const kind = projectionKind((key) => weights.has(key)) ?? "plain";
  const { embeds } = imageProjectionShape(weights);
  const dims = kind === "plain" ? [batch, embeds] : [batch, states!, embeds];
  const image = cast(op, op.input("image_embeds", { type: "float32", dims }), op.float);
  op.output("tokens", cast(op, PROJECTIONS[kind](op, w, image), "float32"));
  return op;
}

/** Tokens an image (undefined: as many as there are states), their width, and the width of the states or the embedding. */
export function imageProjectionShape(weights: Weights): { tokens?: number; width: number; embeds: number } {
  const w = weights.at("image_proj");
  const dims = (key: string, rank: number) => w.dimsOf(key) ?? w.get(key, Array(rank).fill(-1)).dims;
  const kind = projectionKind((key) => weights.has(key)) ?? "plain";
  if (kind === "plus") {
    const width = dims("proj_out.weight", 2)[0]!;
    return { tokens: dims("latents", 3)[1]!, width, embeds: dims("proj_in.weight", 2)[1]! };
  }
  if (kind === "full") return { width: dims("proj.3.weight", 1)[0]!, embeds: dims("proj.0.weight", 2)[1]! };
  const width = dims("norm.weight", 1)[0]!;
  const [all, embeds] = dims("proj.weight", 2);
  return { tokens: all! / width, width, embeds: embeds! };
}

const EPS = 1e-5;

/** Below `image_proj`: what each kind makes of the image. Results [B, n, D]. */
const PROJECTIONS: Readonly<Record<ProjectionKind, (op: Graph, w: Weights, image: Value) => Value>> = {
  /** Keys: proj norm. diffusers models/embeddings.py, ImageProjection. */
  plain: (op, w, image) => {
    const width = w.dimsOf("norm.weight")?.[0] ?? w.get("norm.weight", [-1]).dims[0]!;
    const all = linear(op, w.at("proj"), image, w.dimsOf("proj.weight")![0]!);
    return layerNorm(op, w.at("norm"), reshape(op, all, [dimAt(image, 0), -1, width]), EPS);
  },
  /** Keys: proj.(0 2 3). diffusers models/embeddings.py, IPAdapterFullImageProjection. */
  full: (op, w, image) => {
    const inner = gelu(op, linear(op, w.at("proj.0"), image, dimAt(image, 2)));
    const width = w.dimsOf("proj.3.weight")![0]!;
    return layerNorm(op, w.at("proj.3"), linear(op, w.at("proj.2"), inner, width), EPS);
  },
  plus: resampler,
};

/** Channels of one head of the resampler. */
const HEAD = 64;

/**
 * Learned queries that gather from the patches, layer by layer: Alayrac et al. 2022, "Flamingo", section 3.1.1 (Perceiver
 * resampler). Keys: latents proj_in layers.N.(0.(norm1 norm2 to_q to_kv to_out) 1.(0 1 3)) proj_out norm_out. diffusers
 * models/embeddings.py, IPAdapterPlusImageProjection.
 */
function resampler(op: Graph, w: Weights, image: Value): Value {
  const [batch] = fixedDims(image.dims) as [number];
  const [, queries, width] = (w.dimsOf("latents") ?? w.get("latents", [1, -1, -1]).dims) as [number, number, number];
  const patches = linear(op, w.at("proj_in"), image, width);
  let x = expand(op, weight(op, w, "latents", [1, queries, width]), [batch, queries, width]);
  for (let i = 0; w.has(`layers.${i}.0.to_q.weight`); i++) {
    const layer = w.at("layers").at(i);
    x = add(op, x, gather(op, layer.at(0), patches, x));
    const feed = layer.at(1);
    const normal = layerNorm(op, feed.at(0), x, EPS);
    const inner = gelu(op, linearNoBias(op, feed.at(1), normal, feed.dimsOf("1.weight")![0]!));
    x = add(op, x, linearNoBias(op, feed.at(3), inner, width));
  }
  const out = linear(op, w.at("proj_out"), x, w.dimsOf("proj_out.weight")![0]!);
  return layerNorm(op, w.at("norm_out"), out, EPS);
}

/** The queries attend to the patches and to themselves. */
function gather(op: Graph, w: Weights, patches: Value, queries: Value): Value {
  const x = layerNorm(op, w.at("norm1"), patches, EPS);
  const l = layerNorm(op, w.at("norm2"), queries, EPS);
  const inner = w.dimsOf("to_q.weight")![0]!;
  const both = concat(op, [x, l], 1);
  const q = linearNoBias(op, w.at("to_q"), l, inner);
  const k = linearNoBias(op, w.at("to_k"), both, inner);
  const v = linearNoBias(op, w.at("to_v"), both, inner);
  const seen = op.scope(w.path, () => scaledDotProductAttention(op, [q, k, v], { heads: inner / HEAD, mask: "none" }));
  return linearNoBias(op, w.at("to_out"), seen, dimAt(queries, 2));
}
