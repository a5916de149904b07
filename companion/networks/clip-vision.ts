/** CLIPVisionModelWithProjection of transformers: Dosovitskiy et al. 2021 as in Radford et al. 2021. */
import type { Dialect } from "../graph/dialect.ts";
import { dimAt } from "../graph/dim.ts";
import { Graph, type Value } from "../graph/graph.ts";
import { layerNorm, linearNoBias, patchesNoBias, weight } from "../graph/layers.ts";
import { add, cast, concat, expand, reshape, slice, transpose } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { clipLayers } from "./blocks/clip-layer.ts";
import type { ClipVisionConfig } from "./configs.ts";

/**
 * `pixel_values` [B, 3, S, S], normalised → `image_embeds` [B, P] (the class token, projected) and `hidden_states.-2`
 * [B, N, D] (before the last layer).
 */
export function clipVisionGraph(
  config: ClipVisionConfig,
  weights: Weights,
  { batch }: { readonly batch: number },
  dialect: Dialect,
): Graph {
  const op = new Graph({ dialect });
  const { embeds, states } = clipVision(op, weights, config, batch);
  op.output("image_embeds", cast(op, embeds, "float32"));
  op.output("hidden_states.-2", cast(op, states.at(-2)!, "float32"));
  return op;
}

/** The network itself, from its input `pixel_values`: the projected class token [B, P], and every state [B, N, D]. */
export function clipVision(
  op: Graph,
  weights: Weights,
  config: ClipVisionConfig,
  batch: number,
): { readonly embeds: Value; readonly states: readonly Value[] } {
  const { hidden_size: width, image_size: size, patch_size: patch, layer_norm_eps: eps } = config;
  const pixels = op.input("pixel_values", { type: "float32", dims: [batch, config.num_channels, size, size] });
  const w = weights.at("vision_model");
  const embeddings = w.at("embeddings");

  const grid = patchesNoBias(op, embeddings.at("patch_embedding"), cast(op, pixels, op.float), [width, patch]);
  const patches = transpose(op, reshape(op, grid, [batch, width, -1]), [0, 2, 1]);
  const cls = expand(op, weight(op, embeddings, "class_embedding", [width], [1, 1, width]), [batch, 1, width]);
  const tokens = concat(op, [cls, patches], 1);
  const positions = weight(op, embeddings.at("position_embedding"), "weight", [dimAt(tokens, 1), width]);
  const x = layerNorm(op, w.at("pre_layrnorm"), add(op, tokens, positions), eps); // the field's spelling

  const states = clipLayers(op, w.at("encoder"), x, config, "none");
  const pooled = reshape(op, slice(op, states.at(-1)!, 1, [0, 1]), [batch, width]);
  const normal = layerNorm(op, w.at("post_layernorm"), pooled, eps);
  const embeds = linearNoBias(op, weights.at("visual_projection"), normal, config.projection_dim);
  return { embeds, states };
}
