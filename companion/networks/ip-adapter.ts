/** What turns an image's embedding into tokens that the UNet attends to: Ye et al. 2023, IP-Adapter, section 3.2. */
import type { Dialect } from "../graph/dialect.ts";
import { Graph } from "../graph/graph.ts";
import { layerNorm, linear } from "../graph/layers.ts";
import { cast, reshape } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";

/**
 * `image_embeds` [B, P] → `tokens` [B, n, D]. The adapter's file says n, D and P (n = 4 as published).
 * Keys: image_proj.(proj norm). diffusers models/embeddings.py, ImageProjection.
 */
export function imageProjectionGraph(weights: Weights, { batch }: { readonly batch: number }, dialect: Dialect): Graph {
  const op = new Graph({ dialect });
  const w = weights.at("image_proj");
  const { tokens, width, embeds } = imageProjectionShape(weights);
  const image = op.input("image_embeds", { type: "float32", dims: [batch, embeds] });
  const all = linear(op, w.at("proj"), cast(op, image, op.float), tokens * width);
  const normal = layerNorm(op, w.at("norm"), reshape(op, all, [batch, tokens, width]), 1e-5);
  op.output("tokens", cast(op, normal, "float32"));
  return op;
}

/** Tokens an image, their width, and the width of the image embedding, from the adapter's own shapes. */
export function imageProjectionShape(weights: Weights): { tokens: number; width: number; embeds: number } {
  const w = weights.at("image_proj");
  const width = w.dimsOf("norm.weight")?.[0] ?? w.get("norm.weight", [-1]).dims[0]!;
  const [all, embeds] = w.dimsOf("proj.weight") ?? w.get("proj.weight", [-1, -1]).dims;
  return { tokens: all! / width, width, embeds: embeds! };
}
