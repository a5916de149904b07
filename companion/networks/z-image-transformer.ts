/** ZImageTransformer2DModel of diffusers: Z-Image Team 2025, "Z-Image". Every size from its config; any number of places and of tokens. */
import { type Dim, symbol } from "../graph/dim.ts";
import { Graph, type GraphOptions, type Value } from "../graph/graph.ts";
import { linear, rmsNorm, weight } from "../graph/layers.ts";
import { add, cast, concat, floats, layerNormalization, mul, type Rotation, scalar, silu, sub } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { vectorsWithBias } from "./blocks/modulation.ts";
import { sinusoids } from "./blocks/time-embedding.ts";
import { zImageBlock } from "./blocks/z-image-block.ts";
import type { ZImageConfig } from "./configs.ts";
import { type ZImageControlBranch, zImageControlHints } from "./z-image-control.ts";

/** Places of the picture and tokens of the text, both filled up to whole multiples of `Z_IMAGE_MULTIPLE`: each run chooses how many. */
export const Z_IMAGE_PLACES = symbol("S");
export const Z_IMAGE_TOKENS = symbol("T");
export const Z_IMAGE_MULTIPLE = 32;

/** Numbers of the embedded time, at most, and of the sinusoids and the layer before. */
const TIME = { most: 256, waves: 256, inner: 1024 };
const FINAL_EPS = 1e-6;
/** Places of the autoencoder's latent along a side that are one for the transformer. */
export const Z_IMAGE_CELL = 2;

export interface ZImageGraphOptions extends GraphOptions {
  /** A ControlNet beside it. */
  readonly control?: ZImageControlBranch;
}

/**
 * Inputs, all float32, rows of padding last: `latent` [1, S, 4 · C], cells of 2 × 2 places, of each place all channels;
 * `timestep` [1] (0 … `t_scale`); `text` [1, T, cap_feat_dim]; `latent_padding` [1, S, 1] and `text_padding` [1, T, 1], 1 where a
 * learned token stands in for a row and 0 elsewhere; `cos`, `sin` [S, head / 2] and `text_cos`, `text_sin` [T, head / 2]
 * (blocks/rotation.ts); with a ControlNet its own (z-image-control.ts). Output: `out` [1, S + T, 4 · C], of whose rows the first are
 * the picture's: the velocity's opposite.
 */
export function zImageTransformerGraph(
  config: ZImageConfig,
  weights: Weights,
  { control, ...options }: ZImageGraphOptions,
): Graph {
  const op = new Graph(options);
  const { dim: width, n_heads: heads } = config;
  const numbers = Z_IMAGE_CELL ** 2 * config.in_channels;
  const input = (name: string, dims: readonly Dim[]) => op.input(name, { type: "float32", dims });
  const rotationOf = (prefix: string, count: Dim) => {
    const dims = [count, width / heads / 2];
    const [cos, sin] = ["cos", "sin"].map((name) => cast(op, input(prefix + name, dims), op.float));
    return { cos: cos!, sin: sin! };
  };
  const [ofPicture, ofText] = [rotationOf("", Z_IMAGE_PLACES), rotationOf("text_", Z_IMAGE_TOKENS)];
  const ofBoth = {
    cos: concat(op, [ofPicture.cos, ofText.cos], 0),
    sin: concat(op, [ofPicture.sin, ofText.sin], 0),
  };
  const time = timeEmbedding(op, weights.at("t_embedder").at("mlp"), width);
  const wide = (value: Value) => cast(op, value, "float32");
  const padding = (name: string, rows: Dim, token: string) => {
    const pads = input(name, [1, rows, 1]);
    return (x: Value) => {
      const own = wide(weight(op, weights, token, [1, width]));
      return add(op, mul(op, x, sub(op, scalar(op, 1, "float32"), pads)), mul(op, own, pads));
    };
  };
  type Behind = (i: number, x: Value) => Value;
  const blocks = (name: string, count: number, rotation: Rotation, told?: Value) => (x: Value, behind: Behind) =>
    Array.from({ length: count }, (_, i) => weights.at(name).at(i)).reduce(
      (value, w, i) => behind(i, zImageBlock(op, w, value, { config, rotation, ...(told && { time: told }) })),
      x,
    );
  const asItIs: Behind = (_, x) => x;

  const latent = cast(op, input("latent", [1, Z_IMAGE_PLACES, numbers]), op.float);
  const padded = padding("latent_padding", Z_IMAGE_PLACES, "x_pad_token");
  const embedded = padded(wide(linear(op, weights.at("all_x_embedder").at("2-1"), latent, width)));
  const { n_refiner_layers: refiners } = config;
  const refine = blocks("noise_refiner", refiners, ofPicture, time);
  const picture = refine(embedded, asItIs);

  const text = input("text", [1, Z_IMAGE_TOKENS, config.cap_feat_dim]);
  const [norm, embed] = [weights.at("cap_embedder").at(0), weights.at("cap_embedder").at(1)];
  const heard = wide(linear(op, embed, cast(op, rmsNorm(op, norm, text, config.norm_eps), op.float), width));
  const told = padding("text_padding", Z_IMAGE_TOKENS, "cap_pad_token")(heard);
  const words = blocks("context_refiner", refiners, ofText)(told, asItIs);

  const around = { time, embedded, refined: picture, text: words, padded, refine };
  const hints =
    control && zImageControlHints(op, control, { ...around, rotation: { picture: ofPicture, both: ofBoth } });
  const controlled: Behind = (i, x) => (hints?.has(i) ? add(op, x, hints.get(i)!) : x);
  const x = blocks("layers", config.n_layers, ofBoth, time)(concat(op, [picture, words], 1), controlled);
  const final = weights.at("all_final_layer").at("2-1");
  const [scale] = vectorsWithBias(op, final.at("adaLN_modulation").at(1), silu(op, time), [1, width]);
  const nothing = floats(op, new Float32Array(width), [width], "float32");
  const grown = add(op, scale!, scalar(op, 1, "float32"));
  const own = cast(op, layerNormalization(op, x, grown, nothing, FINAL_EPS), op.float);
  op.output("out", wide(linear(op, final.at("linear"), own, numbers)));
  return op;
}

/** [1, size]. Keys: 0 2. */
function timeEmbedding(op: Graph, w: Weights, width: number): Value {
  const timestep = op.input("timestep", { type: "float32", dims: [1] });
  const waves = sinusoids(op, timestep, { size: TIME.waves, flip_sin_to_cos: true, freq_shift: 0 });
  return linear(op, w.at(2), silu(op, linear(op, w.at(0), waves, TIME.inner)), Math.min(width, TIME.most));
}
