/** The two kinds of autoencoder, by one name. */
import type { Dialect } from "../graph/dialect.ts";
import type { Graph } from "../graph/graph.ts";
import type { Weights } from "../graph/weights.ts";
import type { VaeConfig } from "./configs.ts";
import { tinyVaeDecoderGraph, tinyVaeEncoderGraph } from "./tiny-vae.ts";
import { type PictureShape, vaeDecoderGraph, vaeEncoderGraph } from "./vae.ts";

/** `sample` [B, 3, H, W] → `moments` [B, 2C, h, w] of "kl", `latent` [B, C, h, w] of "tiny". Throws as the networks do. */
export function encoderGraph(config: VaeConfig, weights: Weights, shape: PictureShape, dialect: Dialect): Graph {
  return config.kind === "kl"
    ? vaeEncoderGraph(config, weights, shape, dialect)
    : tinyVaeEncoderGraph(config, weights, shape, dialect);
}

/** `latent` [B, C, h, w] → `sample` [B, 3, H, W]. */
export function decoderGraph(config: VaeConfig, weights: Weights, shape: PictureShape, dialect: Dialect): Graph {
  return config.kind === "kl"
    ? vaeDecoderGraph(config, weights, shape, dialect)
    : tinyVaeDecoderGraph(config, weights, shape, dialect);
}
