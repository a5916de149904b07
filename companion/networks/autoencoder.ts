/** The kinds of autoencoder, by one name. */
import { convolving, type Dialect } from "../graph/dialect.ts";
import { Graph } from "../graph/graph.ts";
import { cast } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { causalVaeDecoderStages, causalVaeEncoderStages } from "./causal-vae.ts";
import type { VaeConfig } from "./configs.ts";
import type { Stage } from "./stage.ts";
import { tinyVaeDecoderStages, tinyVaeEncoderStages } from "./tiny-vae.ts";
import { vaeDecoderStages, vaeEncoderStages } from "./vae.ts";

export interface PictureShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

/** Whether a picture has a distribution of latents, of which one is drawn. A tiny autoencoder gives the latent itself. */
export const hasPosterior = ({ kind }: Pick<VaeConfig, "kind">): boolean => kind !== "tiny";

/** A picture [B, 3, H, W] in -1 … 1 → its moments [B, 2C, h, w], or the latent [B, C, h, w] of "tiny". Throws as the networks do. */
export function encoderStages(config: VaeConfig, weights: Weights): Stage[] {
  switch (config.kind) {
    case "kl":
      return vaeEncoderStages(config, weights);
    case "tiny":
      return tinyVaeEncoderStages(config, weights);
    case "causal":
      return causalVaeEncoderStages(config, weights);
  }
}

/** A latent [B, C, h, w], already unscaled → the picture [B, 3, H, W], about -1 … 1. */
export function decoderStages(config: VaeConfig, weights: Weights): Stage[] {
  switch (config.kind) {
    case "kl":
      return vaeDecoderStages(config, weights);
    case "tiny":
      return tinyVaeDecoderStages(config, weights);
    case "causal":
      return causalVaeDecoderStages(config, weights);
  }
}

/**
 * Pixels of a picture up to which an autoencoder computes by tiles: in a quarter to a third less time than rearranged, which takes longer
 * to open, too, but in half as much memory again. Of larger pictures that would be gigabytes. Measured.
 */
const SMALL = 2 ** 18;

/** `pixels`: of the picture, in all of a batch. */
const autoencoderDialect = (config: VaeConfig, dialect: Dialect, pixels: number): Dialect =>
  config.kind === "kl" && pixels <= SMALL ? convolving(dialect, config.block_out_channels, "pictures") : dialect;

/** `sample` [B, 3, H, W] → `moments` [B, 2C, h, w], or `latent` [B, C, h, w] of "tiny". */
export function encoderGraph(config: VaeConfig, weights: Weights, shape: PictureShape, dialect: Dialect): Graph {
  const names = ["sample", hasPosterior(config) ? "moments" : "latent"] as const;
  const of = autoencoderDialect(config, dialect, shape.batch * shape.height * shape.width);
  return stagesGraph(encoderStages(config, weights), dimsOf(config.in_channels, shape), names, of);
}

/** `latent` [B, C, h, w] → `sample` [B, 3, H, W]. */
export function decoderGraph(config: VaeConfig, weights: Weights, shape: PictureShape, dialect: Dialect): Graph {
  const dims = dimsOf(config.latent_channels, shape);
  const factor = config.kind === "kl" ? 2 ** (config.block_out_channels.length - 1) : 1;
  const of = autoencoderDialect(config, dialect, shape.batch * shape.height * shape.width * factor ** 2);
  return stagesGraph(decoderStages(config, weights), dims, ["latent", "sample"], of);
}

const dimsOf = (channels: number, { batch, height, width }: PictureShape) => [batch, channels, height, width];

function stagesGraph(
  stages: readonly Stage[],
  dims: readonly number[],
  [input, output]: readonly [string, string],
  dialect: Dialect,
): Graph {
  const op = new Graph({ dialect });
  const x = cast(op, op.input(input, { type: "float32", dims }), op.float);
  const result = stages.reduce((value, stage) => stage.apply(op, value), x);
  op.output(output, cast(op, result, "float32"));
  return op;
}
