/** A UNet's dimensions from the shapes of its tensors, for files that carry no configuration. */
import { Problem } from "../../../shared/problem.ts";
import type { UNetConfig } from "../../networks/configs.ts";
import { parseUNetConfig } from "../config/unet-config.ts";
import { MAX_INDEX, type Refs } from "../files/component.ts";
import type { Family } from "../identify/families.ts";

export interface UNetShapeOptions {
  readonly family: Family;
  readonly origin: string;
  /** Pixels. */
  readonly nativeSize: number;
  /** How much smaller the latent is than the picture. */
  readonly vaeFactor: number;
  /** Width of the pooled text that SDXL adds to the time embedding. */
  readonly pooledWidth: number;
}

/** `refs` under diffusers' names. Throws Problem "weights-missing", "config-invalid" (a shape that no configuration gives). */
export function unetConfigFromShapes(refs: Refs, options: UNetShapeOptions): UNetConfig {
  const { family, origin } = options;
  const shapes = new Shapes(refs, origin);
  const channels: number[] = [];
  const layers: number[] = [];
  const inward: (readonly number[] | number)[] = [];
  const outward: (readonly number[] | number)[] = [];
  const downTypes: string[] = [];
  const upTypes: string[] = [];
  const levels = shapes.count("down_blocks");
  // The mid block takes its depth from the innermost level, whether that has attention itself or not.
  const midDepth = shapes.depths("mid_block.attentions")[0];
  for (let level = 0; level < levels; level++) {
    const down = `down_blocks.${level}`;
    const up = `up_blocks.${level}`;
    channels.push(shapes.dims(`${down}.resnets.0.conv1.weight`)[0]!);
    layers.push(shapes.count(`${down}.resnets`));
    const [inner, outer] = [shapes.depths(`${down}.attentions`), shapes.depths(`${up}.attentions`)];
    downTypes.push(inner.length > 0 ? "CrossAttnDownBlock2D" : "DownBlock2D");
    upTypes.push(outer.length > 0 ? "CrossAttnUpBlock2D" : "UpBlock2D");
    inward.push(inner.length > 0 ? inner : (midDepth ?? 1));
    outward.push(outer.length > 0 ? outer : 1);
  }
  const attention = shapes.firstAttention();
  const linear = shapes.dims(`${attention}.proj_in.weight`).length === 2;
  const added = refs.get("add_embedding.linear_1.weight")?.dims[1];
  return parseUNetConfig(
    {
      in_channels: shapes.dims("conv_in.weight")[1],
      out_channels: shapes.dims("conv_out.weight")[0],
      block_out_channels: channels,
      layers_per_block: layers,
      transformer_layers_per_block: inward,
      reverse_transformer_layers_per_block: outward,
      down_block_types: downTypes,
      up_block_types: upTypes,
      mid_block_type: midBlockType(shapes),
      attention_head_dim: channels.map((width) => headsOf(width, family.heads)),
      cross_attention_dim: shapes.dims(`${attention}.transformer_blocks.0.attn2.to_k.weight`)[1],
      use_linear_projection: linear,
      addition_embed_type: added === undefined ? null : "text_time",
      addition_time_embed_dim: added === undefined ? null : (added - options.pooledWidth) / family.timeIds,
      projection_class_embeddings_input_dim: added ?? null,
      time_cond_proj_dim: refs.get("time_embedding.cond_proj.weight")?.dims[1] ?? null,
      sample_size: options.nativeSize / options.vaeFactor,
    },
    origin,
  );
}

/** Pruned models lack its attention, or all of it. */
export function midBlockType(shapes: Shapes): UNetConfig["mid_block_type"] {
  if (shapes.count("mid_block.attentions") > 0) return "UNetMidBlock2DCrossAttn";
  return shapes.count("mid_block.resnets") > 0 ? "UNetMidBlock2D" : null;
}

/** Heads of 64 channels or so; a level narrower than one head has one. */
export function headsOf(width: number, heads: Family["heads"]): number {
  return "count" in heads ? heads.count : Math.max(1, Math.round(width / heads.channels));
}

/** Questions to a set of tensors. */
export class Shapes {
  readonly #refs: Refs;
  readonly #origin: string;
  readonly #counts = new Map<string, number>();

  constructor(refs: Refs, origin: string) {
    this.#refs = refs;
    this.#origin = origin;
    for (const key of refs.keys())
      for (const { index, 0: dot } of key.matchAll(/\.\d+(?=\.)/g)) {
        if (Number(dot.slice(1)) >= MAX_INDEX) continue;
        const place = key.slice(0, index);
        this.#counts.set(place, Math.max(this.#counts.get(place) ?? 0, Number(dot.slice(1)) + 1));
      }
  }

  /** How many numbered children `place` has. */
  count(place: string): number {
    return this.#counts.get(place) ?? 0;
  }

  dims(key: string): readonly number[] {
    const ref = this.#refs.get(key);
    if (ref) return ref.dims;
    throw new Problem("weights-missing", `"${this.#origin}" lacks the tensor "${key}": the file is incomplete.`);
  }

  /** Transformer blocks in each attention of a level. */
  depths(place: string): number[] {
    return Array.from({ length: this.count(place) }, (_, i) => this.count(`${place}.${i}.transformer_blocks`));
  }

  /** undefined where there is none. */
  findAttention(): string | undefined {
    for (const key of this.#refs.keys()) {
      const place = /^(.+\.attentions\.\d+)\.transformer_blocks\.0\.attn2\.to_k\.weight$/.exec(key)?.[1];
      if (place) return place;
    }
    return undefined;
  }

  firstAttention(): string {
    const place = this.findAttention();
    if (place) return place;
    throw new Problem("weights-missing", `"${this.#origin}" has no attention to the prompt: the file is incomplete.`);
  }
}
