/** StableDiffusionSafetyChecker of diffusers (pipelines/stable_diffusion/safety_checker.py): how near a picture is to concepts. */
import type { Dialect } from "../graph/dialect.ts";
import { Graph, type Value } from "../graph/graph.ts";
import { cast, lpNormalization, matMul, sub, transpose } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { clipVision } from "./clip-vision.ts";
import type { ClipVisionConfig } from "./configs.ts";

/**
 * `pixel_values` [B, 3, S, S], normalised → `concept_scores` [B, C] and `special_scores` [B, K]: the cosine between the
 * picture's embedding and each concept's, less the concept's threshold. Float32 from the embedding on.
 */
export function contentFilterGraph(
  config: ClipVisionConfig,
  weights: Weights,
  { batch }: { readonly batch: number },
  dialect: Dialect,
): Graph {
  const op = new Graph({ dialect });
  const { embeds } = clipVision(op, weights, config, batch);
  const picture = lpNormalization(op, cast(op, embeds, "float32"));
  const stored = (name: string, dims: readonly number[]): Value =>
    cast(op, op.initializer(weights.get(name, dims), dims), "float32");
  const scores = (name: string): Value => {
    const [count = 0] = weights.dimsOf(name) ?? [];
    const concepts = lpNormalization(op, stored(name, [count, config.projection_dim]));
    return sub(op, matMul(op, picture, transpose(op, concepts, [1, 0])), stored(`${name}_weights`, [count]));
  };
  op.output("concept_scores", scores("concept_embeds"));
  op.output("special_scores", scores("special_care_embeds"));
  return op;
}
