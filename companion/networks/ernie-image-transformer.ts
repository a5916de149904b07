/** ErnieImageTransformer2DModel of diffusers: Baidu 2026, ERNIE-Image. Every size from its config; any number of places and of tokens. */
import { type Dim, symbol } from "../graph/dim.ts";
import { Graph, type GraphOptions, type Value } from "../graph/graph.ts";
import { linear, linearNoBias } from "../graph/layers.ts";
import { cast, concat, silu } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { ernieImageBlock } from "./blocks/ernie-image-block.ts";
import { modulated, modulationsWithBias, vectorsWithBias } from "./blocks/modulation.ts";
import { embeddingMlp, sinusoids } from "./blocks/time-embedding.ts";
import type { ErnieImageConfig } from "./configs.ts";

/** Places of the picture and tokens of the text: each run chooses how many. */
export const ERNIE_IMAGE_PLACES = symbol("S");
export const ERNIE_IMAGE_TOKENS = symbol("T");

/**
 * Inputs, all float32: `latent` [1, S, C]; `timestep` [1] (0 … 1000); `text` [1, T, text_in_dim]; `cos`, `sin` [S, 1, head] of the
 * picture's places and `text_cos`, `text_sin` [T, 1, head] of the text's, every angle twice, one beside the other. Output: `out`
 * [1, S + T, C], of whose rows the first are the picture's: the velocity.
 */
export function ernieImageTransformerGraph(config: ErnieImageConfig, weights: Weights, options: GraphOptions): Graph {
  const op = new Graph(options);
  const { hidden_size: width, num_attention_heads: heads, in_channels: channels, eps } = config;
  const input = (name: string, dims: readonly Dim[]) => cast(op, op.input(name, { type: "float32", dims }), op.float);
  const anglesOf = (name: string) => {
    const own = input(name, [ERNIE_IMAGE_PLACES, 1, width / heads]);
    return concat(op, [own, input(`text_${name}`, [ERNIE_IMAGE_TOKENS, 1, width / heads])], 0);
  };
  const angles = { cos: anglesOf("cos"), sin: anglesOf("sin") };
  const time = timeEmbedding(op, weights.at("time_embedding"), width);
  const [attention, mlp] = modulationsWithBias(op, weights.at("adaLN_modulation").at(1), silu(op, time), [2, width]);
  const changes = [attention!, mlp!] as const;

  const latent = linear(op, weights.at("x_embedder.proj"), input("latent", [1, ERNIE_IMAGE_PLACES, channels]), width);
  const text = input("text", [1, ERNIE_IMAGE_TOKENS, config.text_in_dim]);
  // A text that is as wide as the stream is read as it is.
  const heard = config.text_in_dim === width ? text : linearNoBias(op, weights.at("text_proj"), text, width);
  let x: Value = cast(op, concat(op, [latent, heard], 1), "float32");
  for (let i = 0; i < config.num_layers; i++)
    x = ernieImageBlock(op, weights.at("layers").at(i), x, { config, angles, changes });

  const [scale, shift] = vectorsWithBias(op, weights.at("final_norm.linear"), time, [2, width]);
  const own = modulated(op, x, { scale: scale!, shift: shift! }, eps);
  op.output("out", cast(op, linear(op, weights.at("final_linear"), own, channels), "float32"));
  return op;
}

/** [1, D]. Keys: linear_1 linear_2. */
function timeEmbedding(op: Graph, w: Weights, width: number): Value {
  const timestep = op.input("timestep", { type: "float32", dims: [1] });
  const waves = sinusoids(op, timestep, { size: width, flip_sin_to_cos: false, freq_shift: 0 });
  return embeddingMlp(op, w, waves, width, "silu");
}
