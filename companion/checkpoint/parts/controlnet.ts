/** ControlNets, as the folder that diffusers keeps, as one file of it, or as one file of the original code. */
import { statSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { ControlNetConfig, UNetConfig } from "../../networks/configs.ts";
import { parseControlNetConfig } from "../config/controlnet-config.ts";
import { type Refs, RenamedStore, refsUnder } from "../files/component.ts";
import { attempt, resolveInside } from "../files/files.ts";
import { readJsonFile } from "../files/json-file.ts";
import type { CheckpointStore, OpenOptions } from "../files/safetensors.ts";
import { openWeightFile } from "../files/weight-file.ts";
import { isFolderFile, openWeights } from "../files/weight-files.ts";
import { describe, identify } from "../identify/identify.ts";
import { isIgnorable } from "../identify/ignorable.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { renameLdmControlNet } from "../ldm/control-keys.ts";
import { midBlockType, Shapes } from "../ldm/unet-shapes.ts";

/** A ControlNet's weights under diffusers' names, below `controlnet.`: no layer of it may pass for one of the UNet. */
export interface ControlNet extends CheckpointStore {
  readonly kind: "controlnet";
  readonly config: ControlNetConfig;
}

export const CONTROLNET_PREFIX = "controlnet";

export interface ControlNetOptions extends OpenOptions {
  /**
   * The UNet that it is to control. What no tensor of a single file says (heads, norm groups, …) is as there, since a
   * ControlNet begins as a copy of it. Absent: the file can be checked, and not run.
   */
  readonly base?: UNetConfig;
}

/** What the folder of an add-on holds, or the file in it, or a file with a config.json of its class beside it. */
export interface Opened {
  readonly source: CheckpointStore;
  /** undefined where there is none for a class of this name. */
  readonly json: unknown;
  readonly label: string;
}

/** Throws as `openSafetensors` and `openWeights`. */
export function openWithConfig(place: string, className: string, { within }: OpenOptions): Opened {
  const isFolder = attempt(path.basename(place), () => statSync(resolveInside(place, within))).isDirectory();
  const folder = isFolder ? place : path.dirname(place);
  const source = isFolder ? openWeights(place, { within }) : openWeightFile(place, { within });
  const json = readJsonFile(path.join(folder, "config.json"), { within }) as { _class_name?: unknown } | undefined;
  const usable = isFolder || isFolderFile(place) || json?._class_name === className;
  return { source, json: usable ? json : undefined, label: `${path.basename(folder)}/config.json` };
}

/**
 * Opens a ControlNet. Throws Problem "model-unsupported" (naming what it is instead), "weights-missing", "weights-leftover",
 * "config-invalid", and as `openSafetensors`.
 */
export function openControlNet(place: string, options: ControlNetOptions = {}): ControlNet {
  const { source, json, label } = openWithConfig(place, "ControlNetModel", options);
  const { origin } = source;
  if (identify(source).kind !== "controlnet")
    throw new Problem(
      "model-unsupported",
      `"${origin}" is ${describe(source)}, not a ControlNet for a model like this: choose a ControlNet of the model's family.`,
    );
  const refs = diffusersRefs(source);
  const config = json === undefined ? configFromShapes(refs, origin, options.base) : parseControlNetConfig(json, label);
  const prefixed: Refs = new Map([...refs].map(([key, ref]) => [`${CONTROLNET_PREFIX}.${key}`, ref]));
  return Object.assign(new RenamedStore(origin, prefixed, [source]), { kind: "controlnet" as const, config });
}

/** The first ones were published with the whole model that they were trained on. */
const OF_THE_MODEL = /^(?:model\.diffusion_model|first_stage_model|cond_stage_model)\./;

function diffusersRefs(source: CheckpointStore): Refs {
  const refs = refsUnder(source);
  if (refs.has("controlnet_cond_embedding.conv_in.weight")) return refs;
  const prefix = [...refs.keys()].some((key) => key.startsWith("control_model.")) ? "control_model." : "";
  const others = [...refs.keys()].filter(
    (key) => !key.startsWith(prefix) && !OF_THE_MODEL.test(key) && !isIgnorable(key),
  );
  const { refs: renamed, unknown } = renameLdmControlNet(refsUnder(source, prefix));
  refuseLeftovers([...others, ...unknown], source.origin);
  return renamed;
}

function configFromShapes(refs: Refs, origin: string, base: UNetConfig | undefined): ControlNetConfig {
  const shapes = new Shapes(refs, origin);
  const levels = shapes.count("down_blocks");
  const blocks = Array.from({ length: levels }, (_, level) => `down_blocks.${level}`);
  const channels = blocks.map((block) => shapes.dims(`${block}.resnets.0.conv1.weight`)[0]!);
  const attention = shapes.findAttention();
  const midDepth = shapes.depths("mid_block.attentions")[0];
  const depths = blocks.map((block) => shapes.depths(`${block}.attentions`));
  // Those that attend to nothing take any text.
  const textWidth = attention && shapes.dims(`${attention}.transformer_blocks.0.attn2.to_k.weight`)[1];
  const added = refs.get("add_embedding.linear_1.weight")?.dims[1];
  const hint = "controlnet_cond_embedding";
  const hintBlocks = Array.from({ length: shapes.count(`${hint}.blocks`) / 2 }, (_, i) => 2 * i + 1);
  return parseControlNetConfig(
    {
      ...unspoken(channels, base),
      in_channels: shapes.dims("conv_in.weight")[1],
      block_out_channels: channels,
      layers_per_block: blocks.map((block) => shapes.count(`${block}.resnets`)),
      transformer_layers_per_block: depths.map((ofLevel) => (ofLevel.length > 0 ? ofLevel : (midDepth ?? 1))),
      down_block_types: depths.map((ofLevel) => (ofLevel.length > 0 ? "CrossAttnDownBlock2D" : "DownBlock2D")),
      mid_block_type: midBlockType(shapes),
      cross_attention_dim: textWidth ?? base?.cross_attention_dim[0],
      use_linear_projection: attention !== undefined && shapes.dims(`${attention}.proj_in.weight`).length === 2,
      addition_embed_type: added === undefined ? null : "text_time",
      addition_time_embed_dim: added === undefined ? null : (base?.addition_time_embed_dim ?? 1),
      projection_class_embeddings_input_dim: added ?? null,
      conditioning_channels: shapes.dims(`${hint}.conv_in.weight`)[1],
      conditioning_embedding_out_channels: [
        shapes.dims(`${hint}.conv_in.weight`)[0],
        ...hintBlocks.map((i) => shapes.dims(`${hint}.blocks.${i}.weight`)[0]),
      ],
    },
    origin,
  );
}

/** What no tensor says. Where it is no copy of the base, nothing runs it: then anything will do that its channels allow. */
function unspoken(channels: readonly number[], base: UNetConfig | undefined): object {
  if (!base || base.block_out_channels.join() !== channels.join()) return { attention_head_dim: 1, norm_num_groups: 1 };
  const { act_fn, downsample_padding, flip_sin_to_cos, freq_shift, mid_block_scale_factor, norm_eps } = base;
  const { norm_num_groups, only_cross_attention, resnet_time_scale_shift } = base;
  return {
    ...{ act_fn, downsample_padding, flip_sin_to_cos, freq_shift, mid_block_scale_factor, norm_eps },
    ...{ norm_num_groups, only_cross_attention, resnet_time_scale_shift },
    attention_head_dim: base.num_attention_heads,
  };
}
