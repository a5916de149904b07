/** FluxTransformer2DModel of diffusers: Black Forest Labs 2024, FLUX.1. Every size from its config; any number of places. */
import { type Dim, sumOf, symbol } from "../graph/dim.ts";
import { Graph, type GraphOptions, type Value } from "../graph/graph.ts";
import { linear } from "../graph/layers.ts";
import { add, cast, concat, silu, slice } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { flux1DoubleBlock, flux1SingleBlock } from "./blocks/flux1-blocks.ts";
import { modulated, vectorsWithBias } from "./blocks/modulation.ts";
import { embeddingMlp, sinusoids } from "./blocks/time-embedding.ts";
import type { Flux1Config } from "./configs.ts";

/** Places of the picture, and of the reference behind it: each run chooses how many. */
export const FLUX1_PLACES = symbol("S");
/** Places of the autoencoder's latent along a side that are one for the transformer. */
export const FLUX1_CELL = 2;

const EPS = 1e-6;
/** Sinusoids of the time and of the guidance scale. */
const WAVES = 256;

/**
 * Inputs, all float32: `latent` [1, S, in_channels], cells of 2 × 2 places, of each channel all places; `timestep` [1] and, where
 * it takes one, `guidance` [1], both times 1000; `pooled` [1, pooled_projection_dim]; `text` [1, tokens, joint_attention_dim];
 * `cos` and `sin` [tokens + S, head / 2] of all places, the text's first (blocks/rotation.ts). Output: `out` [1, S, out_channels],
 * the velocity.
 */
export function flux1TransformerGraph(
  config: Flux1Config,
  weights: Weights,
  { tokens }: { readonly tokens: number },
  options: GraphOptions,
): Graph {
  const op = new Graph(options);
  const { num_attention_heads: heads, attention_head_dim: size } = config;
  const width = heads * size;
  const input = (name: string, dims: readonly Dim[]) => cast(op, op.input(name, { type: "float32", dims }), op.float);
  const latent = input("latent", [1, FLUX1_PLACES, config.in_channels]);
  const time = silu(op, timeEmbedding(op, weights.at("time_text_embed"), config, width));
  const text = input("text", [1, tokens, config.joint_attention_dim]);
  const angles = [sumOf(FLUX1_PLACES, tokens), size / 2];
  const rotation = { cos: input("cos", angles), sin: input("sin", angles) };
  const block = { attention: { heads, size, eps: EPS, rotation }, time };

  const embed = (name: string, x: Value) => cast(op, linear(op, weights.at(name), x, width), "float32");
  let streams = { text: embed("context_embedder", text), picture: embed("x_embedder", latent) };
  for (let i = 0; i < config.num_layers; i++)
    streams = flux1DoubleBlock(op, weights.at("transformer_blocks").at(i), streams, block);
  let x = concat(op, [streams.text, streams.picture], 1);
  for (let i = 0; i < config.num_single_layers; i++)
    x = flux1SingleBlock(op, weights.at("single_transformer_blocks").at(i), x, block);

  // One matrix in the files, whose halves lie the one way or the other.
  const [scale, shift] = ["scale", "shift"].map(
    (name) => vectorsWithBias(op, weights.at("norm_out").at(name), time, [1, width])[0]!,
  ) as [Value, Value];
  const own = modulated(op, slice(op, x, 1, [tokens, x.dims[1]!]), { scale, shift }, EPS);
  op.output("out", cast(op, linear(op, weights.at("proj_out"), own, config.out_channels), "float32"));
  return op;
}

/** Of the time, the guidance scale and the whole text: [1, D]. Keys: timestep_embedder guidance_embedder text_embedder.(linear_1 linear_2). */
function timeEmbedding(op: Graph, w: Weights, config: Flux1Config, width: number): Value {
  const waves = (name: string) =>
    sinusoids(op, op.input(name, { type: "float32", dims: [1] }), {
      ...{ size: WAVES, flip_sin_to_cos: true, freq_shift: 0 },
    });
  const embedded = (name: string, x: Value) => embeddingMlp(op, w.at(name), x, width, "silu");
  const timestep = embedded("timestep_embedder", waves("timestep"));
  const told = config.guidance_embeds ? add(op, timestep, embedded("guidance_embedder", waves("guidance"))) : timestep;
  const pooled = op.input("pooled", { type: "float32", dims: [1, config.pooled_projection_dim] });
  return add(op, told, embedded("text_embedder", cast(op, pooled, op.float)));
}
