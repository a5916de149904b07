/**
 * Qwen2_5_VisionTransformerPretrainedModel of transformers, for one picture: Bai et al. 2025, "Qwen2.5-VL Technical Report",
 * section 2.1.1. Patches lie as its processor lays them: those that become one token beside each other.
 */
import { dimAt } from "../graph/dim.ts";
import { Graph, type GraphOptions, type Value } from "../graph/graph.ts";
import { linear, linearNoBias, rmsNorm } from "../graph/layers.ts";
import { scaledDotProductAttention } from "../graph/lowerings.ts";
import { add, cast, gelu, reshape, rotaryEmbedding, split } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { swiglu } from "./blocks/swiglu.ts";
import type { QwenVisionConfig } from "./configs.ts";

const EPS = 1e-6;

/** Numbers of a patch: every channel's, of two frames that are the same one. */
export const numbersOfPatch = ({ in_channels, temporal_patch_size, patch_size }: QwenVisionConfig): number =>
  in_channels * temporal_patch_size * patch_size ** 2;

/**
 * Inputs, all float32: `pixels` [1, N, numbers of a patch]; `cos`, `sin` [N, head / 2]; `window_bias` [1, 1, N, N], what is added
 * to the scores where patches attend to their window alone. Output: `states` [1, N / merged, out_hidden_size].
 */
export function qwenVisionGraph(
  config: QwenVisionConfig,
  weights: Weights,
  { patches }: { readonly patches: number },
  options: GraphOptions,
): Graph {
  const op = new Graph(options);
  const { hidden_size: width, num_heads: heads, intermediate_size: inner, spatial_merge_size: merge } = config;
  const input = (name: string, dims: readonly number[]) =>
    cast(op, op.input(name, { type: "float32", dims }), op.float);
  const pixels = input("pixels", [1, patches, numbersOfPatch(config)]);
  const [cos, sin] = ["cos", "sin"].map((name) => input(name, [patches, width / heads / 2])) as [Value, Value];
  const bias = input("window_bias", [1, 1, patches, patches]);
  const norm = (w: Weights, x: Value) => cast(op, rmsNorm(op, w, x, EPS), op.float);
  const wide = (x: Value) => cast(op, x, "float32");

  const attention = (w: Weights, x: Value, whole: boolean) => {
    const [q, k, v] = split(op, linear(op, w.at("qkv"), x, 3 * width), 3, 2) as [Value, Value, Value];
    const turned = (value: Value) => rotaryEmbedding(op, value, { cos, sin }, "halves");
    const options = { heads, mask: "none", ...(whole ? {} : { bias }) } as const;
    const seen = op.scope(w.path, () => scaledDotProductAttention(op, [turned(q), turned(k), v], options));
    return linear(op, w.at("proj"), seen, width);
  };
  let x = wide(linearNoBias(op, weights.at("patch_embed").at("proj"), pixels, width));
  for (let i = 0; i < config.depth; i++) {
    const w = weights.at("blocks").at(i);
    const whole = config.fullatt_block_indexes.includes(i);
    x = add(op, x, wide(attention(w.at("attn"), norm(w.at("norm1"), x), whole)));
    const n = norm(w.at("norm2"), x);
    const mlp = w.at("mlp");
    const gated = swiglu(op, linear(op, mlp.at("gate_proj"), n, inner), linear(op, mlp.at("up_proj"), n, inner));
    x = add(op, x, wide(linear(op, mlp.at("down_proj"), gated, width)));
  }
  const merger = weights.at("merger");
  const grouped = reshape(op, norm(merger.at("ln_q"), x), [1, patches / merge ** 2, merge ** 2 * width]);
  const mlp = merger.at("mlp");
  const mixed = gelu(op, linear(op, mlp.at(0), grouped, dimAt(grouped, 2)));
  op.output("states", wide(linear(op, mlp.at(2), mixed, config.out_hidden_size)));
  return op;
}
