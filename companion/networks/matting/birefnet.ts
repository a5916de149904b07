/**
 * BiRefNet: Zheng et al. 2024, "Bilateral Reference for High-Resolution Dichotomous Image Segmentation". Source:
 * ZhengPeng7/BiRefNet, models/birefnet.py.
 */
import { fixedDims } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { batchNorm, conv2d } from "../../graph/layers.ts";
import { add, concat, mul, relu, reshape, resizeLinear, sigmoid, transpose } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import { BATCH_NORM_EPS, type DecoderBlockConfig, decoderBlock, ONE } from "./decoder-block.ts";
import { type SwinConfig, swin } from "./swin.ts";

export interface BirefnetConfig {
  readonly backbone: SwinConfig;
  readonly block: DecoderBlockConfig;
  /** Channels between the convolutions through which the decoder sees the picture, and of what weighs its maps. */
  readonly glance: number;
  readonly guide: number;
  /** How those parts of the picture follow one another: see `partsOf`. */
  readonly order: "colours-first" | "columns-first";
}

/** Parts a side into which the picture is cut for a decoder's map of the same size, from the coarsest on. */
const CUTS = [32, 16, 8, 4, 1] as const;

/** x [1, 3, H, W], sides multiples of 32 → [1, 1, H, W], before the sigmoid. Keys: bb, squeeze_module.0, decoder. */
export function birefnet(op: Graph, w: Weights, x: Value, config: BirefnetConfig): Value {
  const maps = encoded(op, w.at("bb"), x, config);
  const channels = maps.map(({ dims }) => dims[1] as number).toReversed() as [number, number, number, number];
  const deepest = maps[3]!;
  const context = maps.slice(0, 3).map((map) => resizeLinear(op, map, sizeOf(deepest)));
  let h = decoderBlock(op, w.at("squeeze_module.0"), concat(op, [...context, deepest], 1), channels[0], config.block);
  const decoder = w.at("decoder");
  const glance = (map: Value, level: number, out: number) => {
    const seen = looked(op, decoder.at(`ipt_blk${5 - level}`), x, { ...config, cuts: CUTS[level]!, out });
    return concat(op, [map, seen], 1);
  };
  for (const level of [0, 1, 2]) {
    const name = 4 - level;
    const [out, finer] = [channels[level + 1]!, maps[2 - level]!];
    const own = glance(h, level, Math.floor(channels[Math.max(0, level - 1)]! / 8));
    const p = guided(op, decoder, decoderBlock(op, decoder.at(`decoder_block${name}`), own, out, config.block), {
      ...{ name, guide: config.guide },
    });
    const lateral = conv2d(op, decoder.at(`lateral_block${name}.conv`), finer, [out, 1]);
    h = add(op, resizeLinear(op, p, sizeOf(finer)), lateral);
  }
  const last = decoderBlock(
    op,
    decoder.at("decoder_block1"),
    glance(h, 3, Math.floor(channels[2] / 8)),
    Math.floor(channels[3] / 2),
    config.block,
  );
  const whole = glance(resizeLinear(op, last, sizeOf(x)), 4, Math.floor(channels[3] / 8));
  return conv2d(op, decoder.at("conv_out1.0"), whole, [1, 1]);
}

const sizeOf = (x: Value) => fixedDims(x.dims).slice(2) as [number, number];

/** A map of each stage, from the finest on: of the picture, and of it at half the size. */
function encoded(op: Graph, w: Weights, x: Value, { backbone }: BirefnetConfig): Value[] {
  const [height, width] = sizeOf(x);
  const small = swin(op, w, resizeLinear(op, x, [height / 2, width / 2]), backbone);
  return swin(op, w, x, backbone).map((map, i) => concat(op, [map, resizeLinear(op, small[i]!, sizeOf(map))], 1));
}

/** p weighed by what its outlines ask for. Keys: gdt_convs_N.(0, 1), gdt_convs_attn_N.0. */
function guided(op: Graph, w: Weights, p: Value, { name, guide }: { readonly name: number; readonly guide: number }) {
  const own = w.at(`gdt_convs_${name}`);
  const seen = batchNorm(op, own.at(1), conv2d(op, own.at(0), p, [guide, 3], { padding: ONE }), BATCH_NORM_EPS);
  return mul(op, p, sigmoid(op, conv2d(op, w.at(`gdt_convs_attn_${name}.0`), relu(op, seen), [1, 1])));
}

interface Glance extends Pick<BirefnetConfig, "glance" | "order"> {
  readonly cuts: number;
  readonly out: number;
}

/** The picture's parts through two convolutions. Keys: conv1, conv_out. */
function looked(op: Graph, w: Weights, x: Value, { cuts, out, glance, order }: Glance): Value {
  const inner = conv2d(op, w.at("conv1"), partsOf(op, x, cuts, order), [glance, 3], { padding: ONE });
  return conv2d(op, w.at("conv_out"), inner, [out, 3], { padding: ONE });
}

/**
 * x [1, C, n·H, n·W] cut into n × n parts, all of them as channels [1, C·n·n, H, W]: colour by colour, each row by row
 * (`image2patches`); or column by column, each part with its colours, as before 2024-11-05 (`get_patches_batch`).
 */
function partsOf(op: Graph, x: Value, cuts: number, order: BirefnetConfig["order"]): Value {
  if (cuts === 1) return x;
  const [, c, h, w] = fixedDims(x.dims) as [number, number, number, number];
  const cells = reshape(op, x, [c, cuts, h / cuts, cuts, w / cuts]);
  const parts = transpose(op, cells, order === "colours-first" ? [0, 1, 3, 2, 4] : [3, 1, 0, 2, 4]);
  return reshape(op, parts, [1, c * cuts * cuts, h / cuts, w / cuts]);
}
