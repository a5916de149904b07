/**
 * AutoencoderTiny of diffusers: TAESD, the distilled autoencoder of Bohan (github.com/madebyollin/taesd). A picture has one latent:
 * there is no distribution to draw from. Sources: diffusers, EncoderTiny and DecoderTiny of models/autoencoders/vae.py.
 */
import type { Dialect } from "../graph/dialect.ts";
import { Graph, type Value } from "../graph/graph.ts";
import { conv2d, conv2dNoBias } from "../graph/layers.ts";
import { add, cast, mul, relu, resizeNearest, scalar, tanh } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import type { TinyVaeConfig } from "./configs.ts";
import type { PictureShape } from "./vae.ts";

const ONE = [1, 1, 1, 1] as const;

/** `sample` [B, 3, H, W] in -1 … 1 → `latent` [B, C, H/f, W/f]. Keys: encoder.layers.0, .1, …, in the order in which they run. */
export function tinyVaeEncoderGraph(config: TinyVaeConfig, weights: Weights, shape: PictureShape, dialect: Dialect) {
  const op = new Graph({ dialect });
  const { batch, height, width } = shape;
  const sample = op.input("sample", { type: "float32", dims: [batch, config.in_channels, height, width] });
  const layer = layers(weights.at("encoder"));
  const channels = config.encoder_channels;
  let x = mul(op, add(op, cast(op, sample, op.float), scalar(op, 1)), scalar(op, 0.5));
  config.num_encoder_blocks.forEach((blocks, level) => {
    x =
      level === 0
        ? conv2d(op, layer(), x, [channels, 3], { padding: ONE })
        : conv2dNoBias(op, layer(), x, [channels, 3], { padding: ONE, stride: 2 });
    for (let i = 0; i < blocks; i++) x = block(op, layer(), x);
  });
  x = conv2d(op, layer(), x, [config.latent_channels, 3], { padding: ONE });
  op.output("latent", cast(op, x, "float32"));
  return op;
}

/** `latent` [B, C, h, w], already unscaled → `sample` [B, 3, f·h, f·w], about -1 … 1. Keys: decoder.layers.N. */
export function tinyVaeDecoderGraph(config: TinyVaeConfig, weights: Weights, shape: PictureShape, dialect: Dialect) {
  const op = new Graph({ dialect });
  const { batch, height, width } = shape;
  const latent = op.input("latent", { type: "float32", dims: [batch, config.latent_channels, height, width] });
  const layer = layers(weights.at("decoder"));
  const channels = config.decoder_channels;
  const last = config.num_decoder_blocks.length - 1;
  let x = mul(op, cast(op, latent, op.float), scalar(op, 1 / 3));
  x = mul(op, tanh(op, x), scalar(op, 3));
  x = relu(op, conv2d(op, layer(), x, [channels, 3], { padding: ONE }));
  layer(); // The activation is counted, too.
  config.num_decoder_blocks.forEach((blocks, level) => {
    for (let i = 0; i < blocks; i++) x = block(op, layer(), x);
    if (level === last) return;
    layer(); // And so is the resampling.
    x = resizeNearest(op, x, [2 * x.dims[2]!, 2 * x.dims[3]!]);
    x = conv2dNoBias(op, layer(), x, [channels, 3], { padding: ONE });
  });
  x = conv2d(op, layer(), x, [config.out_channels, 3], { padding: ONE });
  op.output("sample", cast(op, add(op, mul(op, x, scalar(op, 2)), scalar(op, -1)), "float32"));
  return op;
}

/** The next layer at every call. */
function layers(w: Weights): () => Weights {
  let index = 0;
  return () => w.at("layers").at(index++);
}

/** x [B, C, H, W] → the same. Keys: conv.0 conv.2 conv.4. */
function block(op: Graph, w: Weights, x: Value): Value {
  const convolve = (index: number, value: Value) =>
    conv2d(op, w.at("conv").at(index), value, [x.dims[1]!, 3], { padding: ONE });
  const h = convolve(4, relu(op, convolve(2, relu(op, convolve(0, x)))));
  return op.scope(w.path, () => relu(op, add(op, h, x)));
}
