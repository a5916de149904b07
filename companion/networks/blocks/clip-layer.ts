import { dimAt } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { layerNorm, linear } from "../../graph/layers.ts";
import { scaledDotProductAttention } from "../../graph/lowerings.ts";
import { add } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import type { ClipTextConfig, ClipVisionConfig, SiglipVisionConfig } from "../configs.ts";
import { ACTIVATIONS } from "./activation.ts";

type ClipLayerConfig = Pick<
  ClipTextConfig | ClipVisionConfig | SiglipVisionConfig,
  "intermediate_size" | "num_attention_heads" | "hidden_act" | "layer_norm_eps" | "num_hidden_layers"
>;

/**
 * CLIP's encoder, text and vision alike, and SigLIP's: x [B, T, D] → the states before layer 0, 1, … and after the last one.
 * Keys: layers.N.(layer_norm1 self_attn layer_norm2 mlp). Radford et al. 2021; transformers models/clip/modeling_clip.py.
 */
export function clipLayers(op: Graph, w: Weights, x: Value, config: ClipLayerConfig, mask: "none" | "causal"): Value[] {
  const states = [x];
  for (let i = 0; i < config.num_hidden_layers; i++)
    states.push(clipLayer(op, w.at("layers").at(i), states[i]!, config, mask));
  return states;
}

function clipLayer(op: Graph, w: Weights, x: Value, config: ClipLayerConfig, mask: "none" | "causal"): Value {
  const width = dimAt(x, 2);
  const { num_attention_heads: heads, layer_norm_eps: eps } = config;
  const attn = w.at("self_attn");
  const n1 = layerNorm(op, w.at("layer_norm1"), x, eps);
  const project = (name: string, value: Value) => linear(op, attn.at(name), value, width);
  const [q, k, v] = [project("q_proj", n1), project("k_proj", n1), project("v_proj", n1)];
  const seen = op.scope(attn.path, () => scaledDotProductAttention(op, [q, k, v], { heads, mask }));
  const h = add(op, x, project("out_proj", seen));
  const mlp = w.at("mlp");
  const inner = linear(op, mlp.at("fc1"), layerNorm(op, w.at("layer_norm2"), h, eps), config.intermediate_size);
  return add(op, h, linear(op, mlp.at("fc2"), ACTIVATIONS[config.hidden_act](op, inner), width));
}
