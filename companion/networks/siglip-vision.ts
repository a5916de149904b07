/** SiglipVisionModel of transformers: Zhai et al. 2023, "Sigmoid Loss for Language Image Pre-Training". */
import { dimAt } from "../graph/dim.ts";
import { Graph, type GraphOptions } from "../graph/graph.ts";
import { conv2d, layerNorm, weight } from "../graph/layers.ts";
import { add, cast, reshape, transpose } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { clipLayers } from "./blocks/clip-layer.ts";
import type { SiglipVisionConfig } from "./configs.ts";

/**
 * `pixel_values` [1, 3, S, S], normalised → `states` [1, N, D], after the last norm, N = ⌊S / patch⌋². Keys, as since transformers 5:
 * embeddings.(patch_embedding position_embedding) encoder.layers.N post_layernorm. Its head, which makes one state of all, has no part in it.
 */
export function siglipVisionGraph(config: SiglipVisionConfig, weights: Weights, options: GraphOptions): Graph {
  const op = new Graph(options);
  const { hidden_size: width, image_size: size, patch_size: patch, layer_norm_eps: eps } = config;
  const pixels = op.input("pixel_values", { type: "float32", dims: [1, config.num_channels, size, size] });
  const embeddings = weights.at("embeddings");
  const patches = embeddings.at("patch_embedding");
  const grid = conv2d(op, patches, cast(op, pixels, op.float), [width, patch], { stride: patch });
  const tokens = transpose(op, reshape(op, grid, [1, width, -1]), [0, 2, 1]);
  const positions = weight(op, embeddings.at("position_embedding"), "weight", [dimAt(tokens, 1), width]);
  const states = clipLayers(op, weights.at("encoder"), add(op, tokens, positions), config, "none");
  op.output("states", cast(op, layerNorm(op, weights.at("post_layernorm"), states.at(-1)!, eps), "float32"));
  return op;
}
