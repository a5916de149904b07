/** Flux2Transformer2DModel of diffusers: Black Forest Labs 2025, FLUX.2. Every size from its config; any number of places. */
import { type Dim, sumOf, symbol } from "../graph/dim.ts";
import { Graph, type GraphOptions, type Value } from "../graph/graph.ts";
import { linearNoBias } from "../graph/layers.ts";
import { cast, concat, silu, slice } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { doubleBlock, singleBlock } from "./blocks/flux2-blocks.ts";
import { modulated, modulationsOf, vectorsOf } from "./blocks/modulation.ts";
import { sinusoids } from "./blocks/time-embedding.ts";
import type { Flux2Config } from "./configs.ts";

/** Places of the picture, and of the references behind it: each run chooses how many. */
export const PLACES = symbol("S");

/**
 * Inputs, all float32: `latent` [1, S, C], `timestep` [1] (0 … 1000), `text` [1, tokens, joint_attention_dim], `cos` and `sin`
 * [tokens + S, head / 2] of all places, the text's first (blocks/rotation.ts). Output: `out` [1, S, C], the velocity.
 */
export function flux2TransformerGraph(
  config: Flux2Config,
  weights: Weights,
  { tokens }: { readonly tokens: number },
  options: GraphOptions,
): Graph {
  const op = new Graph(options);
  const width = config.num_attention_heads * config.attention_head_dim;
  const input = (name: string, dims: readonly Dim[]) => cast(op, op.input(name, { type: "float32", dims }), op.float);
  const latent = input("latent", [1, PLACES, config.in_channels]);
  const time = timeEmbedding(op, weights.at("time_guidance_embed.timestep_embedder"), config, width);
  const text = input("text", [1, tokens, config.joint_attention_dim]);
  const angles = [sumOf(PLACES, tokens), config.attention_head_dim / 2];
  const block = { config, rotation: { cos: input("cos", angles), sin: input("sin", angles) } };

  const changes = (name: string, parts: number) => modulationsOf(op, weights.at(name).at("linear"), time, parts);
  const double = {
    text: changes("double_stream_modulation_txt", 2),
    picture: changes("double_stream_modulation_img", 2),
  };
  const [single] = changes("single_stream_modulation", 1);
  const embed = (name: string, x: Value) => cast(op, linearNoBias(op, weights.at(name), x, width), "float32");
  let streams = { text: embed("context_embedder", text), picture: embed("x_embedder", latent) };
  for (let i = 0; i < config.num_layers; i++)
    streams = doubleBlock(op, weights.at("transformer_blocks").at(i), streams, double, block);
  let x = concat(op, [streams.text, streams.picture], 1);
  for (let i = 0; i < config.num_single_layers; i++)
    x = singleBlock(op, weights.at("single_transformer_blocks").at(i), x, single!, block);

  // One matrix in the files, whose halves lie the one way or the other.
  const [scale, shift] = ["scale", "shift"].map(
    (name) => vectorsOf(op, weights.at("norm_out").at(name), time, 1)[0]!,
  ) as [Value, Value];
  const own = modulated(op, slice(op, x, 1, [tokens, x.dims[1]!]), { scale, shift }, config.eps);
  op.output("out", cast(op, linearNoBias(op, weights.at("proj_out"), own, config.in_channels), "float32"));
  return op;
}

/** [1, D]. Keys: linear_1 linear_2. */
function timeEmbedding(op: Graph, w: Weights, { timestep_guidance_channels: size }: Flux2Config, width: number): Value {
  const timestep = op.input("timestep", { type: "float32", dims: [1] });
  const waves = sinusoids(op, timestep, { size, flip_sin_to_cos: true, freq_shift: 0 });
  return linearNoBias(op, w.at("linear_2"), silu(op, linearNoBias(op, w.at("linear_1"), waves, width)), width);
}
