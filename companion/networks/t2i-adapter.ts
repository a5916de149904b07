/** T2I-Adapter: Mou et al. 2023, "T2I-Adapter: Learning Adapters to Dig out More Controllable Ability", section 3. */
import type { Dialect } from "../graph/dialect.ts";
import { dimAt, fixedDims } from "../graph/dim.ts";
import { Graph, type Value } from "../graph/graph.ts";
import { conv2d } from "../graph/layers.ts";
import { add, averagePool, cast, relu, reshape, transpose } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import type { T2IAdapterConfig } from "./configs.ts";

/**
 * `image` [1, in, H, W] in 0 … 1, H and W multiples of the downscale factor → `feature.0`, `feature.1`, … [1, C, h, w], what
 * is added to each level of the UNet. Keys (diffusers' names): conv_in (not light) body.N.(in_conv resnets.N out_conv).
 * diffusers models/adapter.py, FullAdapter, FullAdapterXL, LightAdapter.
 */
export function t2iAdapterGraph(
  config: T2IAdapterConfig,
  weights: Weights,
  { height, width }: { readonly height: number; readonly width: number },
  dialect: Dialect,
): Graph {
  const op = new Graph({ dialect });
  const { channels, adapter_type: type } = config;
  const image = op.input("image", { type: "float32", dims: [1, config.in_channels, height, width] });
  let x = pixelUnshuffle(op, cast(op, image, op.float), config.downscale_factor);
  if (type !== "light_adapter") x = conv2d(op, weights.at("conv_in"), x, [channels[0]!, 3], { padding: PADDING });
  const block = type === "light_adapter" ? lightBlock : fullBlock;
  bodyOf(config).forEach(({ out, halved }, i) => {
    const w = weights.at("body").at(i);
    x = block(op, w, halved ? averagePool(op, x) : x, { out, resnets: config.num_res_blocks });
    op.output(`feature.${i}`, cast(op, x, "float32"));
  });
  return op;
}

const PADDING = [1, 1, 1, 1] as const;

/** The channels of each block, and whether it halves the picture first. */
export function bodyOf({ adapter_type: type, channels }: T2IAdapterConfig): { out: number; halved: boolean }[] {
  if (type === "full_adapter") return channels.map((out, i) => ({ out, halved: i > 0 }));
  // SDXL's has as many features as the others, but only its third block halves.
  if (type === "full_adapter_xl") return channels.map((out, i) => ({ out, halved: i === 2 }));
  return [...channels, channels.at(-1)!].map((out, i) => ({ out, halved: i > 0 }));
}

/** Of `feature.0`, … of a picture of that size: [1, C, h, w]. */
export function t2iFeatureDims(
  config: T2IAdapterConfig,
  { height, width }: { readonly height: number; readonly width: number },
): number[][] {
  let size = [height, width].map((side) => side / config.downscale_factor);
  return bodyOf(config).map(({ out, halved }) => {
    if (halved) size = size.map((side) => Math.ceil(side / 2));
    return [1, out, ...size];
  });
}

/** x [B, C, n·H, n·W] → [B, C·n·n, H, W]: torch's PixelUnshuffle. */
function pixelUnshuffle(op: Graph, x: Value, n: number): Value {
  const [b, c, h, w] = fixedDims(x.dims) as [number, number, number, number];
  const cells = transpose(op, reshape(op, x, [b, c, h / n, n, w / n, n]), [0, 1, 3, 5, 2, 4]);
  return reshape(op, cells, [b, c * n * n, h / n, w / n]);
}

interface BlockOptions {
  readonly out: number;
  readonly resnets: number;
}

/** Keys: in_conv (where the channels change) resnets.N.(block1 block2). */
function fullBlock(op: Graph, w: Weights, x: Value, { out, resnets }: BlockOptions): Value {
  let y = x.dims[1] === out ? x : conv2d(op, w.at("in_conv"), x, [out, 1]);
  for (let i = 0; i < resnets; i++) y = resnet(op, w.at("resnets").at(i), y, 1);
  return y;
}

/** A quarter of the channels inside. Keys: in_conv resnets.N.(block1 block2) out_conv. */
function lightBlock(op: Graph, w: Weights, x: Value, { out, resnets }: BlockOptions): Value {
  let y = conv2d(op, w.at("in_conv"), x, [Math.floor(out / 4), 1]);
  for (let i = 0; i < resnets; i++) y = resnet(op, w.at("resnets").at(i), y, 3);
  return conv2d(op, w.at("out_conv"), y, [out, 1]);
}

/** `kernel` of the second convolution. Keys: block1 block2. */
function resnet(op: Graph, w: Weights, x: Value, kernel: 1 | 3): Value {
  const channels = dimAt(x, 1);
  const inner = relu(op, conv2d(op, w.at("block1"), x, [channels, 3], { padding: PADDING }));
  const padding = kernel === 1 ? ([0, 0, 0, 0] as const) : PADDING;
  return add(op, conv2d(op, w.at("block2"), inner, [channels, kernel], { padding }), x);
}
