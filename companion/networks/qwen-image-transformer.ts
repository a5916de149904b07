/** QwenImageTransformer2DModel of diffusers: Wu et al. 2025, "Qwen-Image Technical Report". Every size from its config; any number of places and of tokens. */
import { type Dim, symbol } from "../graph/dim.ts";
import { Graph, type GraphOptions, type Value } from "../graph/graph.ts";
import { linear, rmsNorm } from "../graph/layers.ts";
import { add, cast, floats, scalar, silu, sub } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { modulated, vectorsWithBias } from "./blocks/modulation.ts";
import { type Both, qwenImageBlock, type SeenRows } from "./blocks/qwen-image-block.ts";
import { embeddingMlp, sinusoids } from "./blocks/time-embedding.ts";
import type { QwenImageConfig } from "./configs.ts";

/** Places of the picture and tokens of the text: each run chooses how many. */
export const QWEN_IMAGE_PLACES = symbol("S");
export const QWEN_IMAGE_TOKENS = symbol("T");
/** Places of the autoencoder's latent along a side that are one for the transformer. */
export const QWEN_IMAGE_CELL = 2;

/** A row for each kind of picture that is drawn: with transparency, and without. */
export const KINDS = "time_text_embed.addition_t_embedding.weight";

const EPS = 1e-6;
/** Sinusoids of the time. */
const WAVES = 256;

/**
 * Inputs, all float32: `latent` [1, S, in_channels], cells of 2 × 2 places, of each channel all places; `timestep` [1] (0 … 1000);
 * `text` [1, T, joint_attention_dim]; where the config says `zero_cond_t`, `seen` [1, S, 1], 1 for rows of pictures to look at and 0
 * elsewhere; where it says `use_additional_t_cond`, `kind` [1, D], a row of `KINDS`; `cos`, `sin` [S, head / 2] and `text_cos`,
 * `text_sin` [T, head / 2] (blocks/rotation.ts).
 * Output: `out` [1, S, 4 · out_channels], the velocity.
 */
export function qwenImageTransformerGraph(config: QwenImageConfig, weights: Weights, options: GraphOptions): Graph {
  const op = new Graph(options);
  const { num_attention_heads: heads, attention_head_dim: size } = config;
  const width = heads * size;
  const input = (name: string, dims: readonly Dim[]) => op.input(name, { type: "float32", dims });
  const rotationOf = (prefix: string, count: Dim) => {
    const [cos, sin] = ["cos", "sin"].map((name) => cast(op, input(prefix + name, [count, size / 2]), op.float));
    return { cos: cos!, sin: sin! };
  };
  const rotation = { picture: rotationOf("", QWEN_IMAGE_PLACES), text: rotationOf("text_", QWEN_IMAGE_TOKENS) };
  const latent = cast(op, input("latent", [1, QWEN_IMAGE_PLACES, config.in_channels]), op.float);
  const times = weights.at("time_text_embed");
  const toldKind = () => {
    // Whoever runs it reads the row that is told.
    weights.get(KINDS, [2, width]);
    return cast(op, input("kind", [1, width]), op.float);
  };
  const kind = config.use_additional_t_cond && toldKind();
  const embedded = (timestep: Value) => {
    const waves = sinusoids(op, timestep, { size: WAVES, flip_sin_to_cos: true, freq_shift: 0 });
    const time = embeddingMlp(op, times.at("timestep_embedder"), waves, width, "silu");
    return silu(op, kind ? add(op, time, kind) : time);
  };
  const time = embedded(input("timestep", [1]));
  const seenRows = (): SeenRows => {
    const rows = input("seen", [1, QWEN_IMAGE_PLACES, 1]);
    const finished = embedded(floats(op, [0], [1], "float32"));
    return { time: finished, rows, others: sub(op, scalar(op, 1, "float32"), rows) };
  };
  const seen = config.zero_cond_t ? seenRows() : undefined;

  const text = rmsNorm(
    op,
    weights.at("txt_norm"),
    input("text", [1, QWEN_IMAGE_TOKENS, config.joint_attention_dim]),
    EPS,
  );
  const embed = (name: string, x: Value) =>
    cast(op, linear(op, weights.at(name), cast(op, x, op.float), width), "float32");
  let streams: Both<Value> = { text: embed("txt_in", text), picture: embed("img_in", latent) };
  for (let i = 0; i < config.num_layers; i++)
    streams = qwenImageBlock(op, weights.at("transformer_blocks").at(i), streams, {
      heads,
      size,
      eps: EPS,
      rotation,
      time,
      ...(seen && { seen }),
    });

  const [scale, shift] = vectorsWithBias(op, weights.at("norm_out").at("linear"), time, [2, width]) as [Value, Value];
  const own = modulated(op, streams.picture, { scale, shift }, EPS);
  op.output("out", cast(op, linear(op, weights.at("proj_out"), own, 4 * config.out_channels), "float32"));
  return op;
}
