import type { Graph } from "../../graph/graph.ts";
import { cast, reshape, slice } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import type { UNetConfig } from "../configs.ts";
import type { ImageAttention } from "./attention.ts";
import {
  type LatentSize,
  layersAt,
  levelOf,
  levelSize,
  type Part,
  type Place,
  type Surroundings,
} from "./unet-parts.ts";

/** An IP-Adapter to build in. */
export interface IpAdapterBranch {
  /** The adapter's file; keys ip_adapter.K.to_k_ip.weight and to_v_ip.weight, K = 1, 3, 5, … */
  readonly weights: Weights;
  /** Tokens of all its images together: 4 an image with ImageProjection. */
  readonly tokens: number;
  /** "everywhere", or only where a mask says. */
  readonly reach?: "everywhere" | "masked";
}

/** An attention module, and how many cross attentions are in it. */
export interface AttentionPlace extends Place {
  readonly layers: number;
}

/** Every attention of a UNet in the order in which an IP-Adapter's file counts them: down blocks, up blocks, mid block. */
export function attentionPlaces(config: UNetConfig): AttentionPlace[] {
  const last = config.block_out_channels.length - 1;
  const inBlock = (part: Part, block: number, count: number): AttentionPlace[] =>
    Array.from({ length: count }, (_, index) => {
      const place = { part, block, index };
      return { ...place, layers: layersAt(config, place) };
    });
  const down = config.down_block_types.map((type, block) =>
    type === "CrossAttnDownBlock2D" ? inBlock("down", block, config.layers_per_block[block]!) : [],
  );
  const up = config.up_block_types.map((type, block) =>
    type === "CrossAttnUpBlock2D" ? inBlock("up", block, config.layers_per_block[last - block]! + 1) : [],
  );
  const mid = config.mid_block_type === "UNetMidBlock2DCrossAttn" ? inBlock("mid", 0, 1) : [];
  return [...down, ...up, mid].flat();
}

/** Channels of every cross attention of the UNet, in the order of an IP-Adapter's file. */
export const attentionWidths = (config: UNetConfig): number[] =>
  attentionPlaces(config).flatMap((place) =>
    Array<number>(place.layers).fill(config.block_out_channels[levelOf(config, place)]!),
  );

/** The numbers of queries that the cross attentions have, each once. `size` of the latent. */
export function attentionQueries(config: UNetConfig, size: LatentSize): number[] {
  const levels = new Set(attentionPlaces(config).map((place) => levelOf(config, place)));
  return [
    ...new Set([...levels].map((level) => levelSize(config, size, level)).map(([height, width]) => height * width)),
  ];
}

const layersOf = (places: readonly AttentionPlace[]): number => places.reduce((sum, { layers }) => sum + layers, 0);

export interface ImageAttentionOptions {
  readonly batch: number;
  /** Of the latent. */
  readonly height: number;
  readonly width: number;
  readonly adapters: readonly IpAdapterBranch[];
}

/** Each cross attention's share of the adapters. Inputs of the graph: see `unetGraph`. */
export function imageAttentions(
  op: Graph,
  config: UNetConfig,
  { batch, height, width, adapters }: ImageAttentionOptions,
): Required<Surroundings>["imagesAt"] {
  const places = attentionPlaces(config);
  const count = layersOf(places);
  const input = (name: string, dims: readonly number[]) =>
    cast(op, op.input(name, { type: "float32", dims }), op.float);
  const branches = adapters.map(({ weights, tokens, reach }, i) => ({
    weights: weights.at("ip_adapter"),
    tokens: input(`ip_tokens.${i}`, [batch, tokens, config.cross_attention_dim[0]!]),
    scales: input(`ip_scale.${i}`, [count]),
    masks: new Map(
      (reach === "masked" ? attentionQueries(config, { height, width }) : []).map((queries) => [
        queries,
        input(`ip_mask.${i}.${queries}`, [1, queries, 1]),
      ]),
    ),
  }));
  const nameOf = ({ part, block, index }: Place) => `${part}.${block}.${index}`;
  const firsts = new Map(places.map((place, i) => [nameOf(place), layersOf(places.slice(0, i))]));
  return (place, layer, queries) => {
    const k = firsts.get(nameOf(place))! + layer;
    return branches.map(
      ({ weights, tokens, scales, masks }): ImageAttention => ({
        weights: weights.at(2 * k + 1),
        tokens,
        scale: reshape(op, slice(op, scales, 0, [k, k + 1]), []),
        ...(masks.size > 0 && { mask: masks.get(queries)! }),
      }),
    );
  };
}
