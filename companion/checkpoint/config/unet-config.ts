import type { UNetConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

const DOWN = ["CrossAttnDownBlock2D", "DownBlock2D"] as const;
const MID = ["UNetMidBlock2DCrossAttn", "UNetMidBlock2D"] as const;
const UP = ["CrossAttnUpBlock2D", "UpBlock2D"] as const;

/**
 * unet/config.json as a record, with the defaults of diffusers' UNet2DConditionModel (models/unets/unet_2d_condition.py).
 * Throws Problem "config-invalid" for everything that the record cannot say.
 */
export function parseUNetConfig(json: unknown, origin = "unet/config.json"): UNetConfig {
  const fields = new Fields(json, origin);
  fields.only({ _class_name: "UNet2DConditionModel" });
  const channels = fields.ints("block_out_channels", [320, 640, 1280, 1280]);
  const levels = channels.length;
  const layers = fields.intPerLevel("layers_per_block", levels, 2, { max: 64 });
  const config: UNetConfig = {
    in_channels: fields.int("in_channels", 4),
    out_channels: fields.int("out_channels", 4),
    block_out_channels: channels,
    down_block_types: fields.listOf("down_block_types", DOWN, [DOWN[0], DOWN[0], DOWN[0], DOWN[1]]),
    up_block_types: fields.listOf("up_block_types", UP, [UP[1], UP[0], UP[0], UP[0]]),
    mid_block_type: midBlockType(fields, json),
    layers_per_block: layers,
    ...transformerLayers(fields, layers),
    num_attention_heads: fields.intPerLevel("attention_head_dim", levels, 8),
    cross_attention_dim: fields.intPerLevel("cross_attention_dim", levels, 1280),
    norm_num_groups: fields.int("norm_num_groups", 32),
    norm_eps: fields.positive("norm_eps", 1e-5),
    act_fn: activation(fields),
    use_linear_projection: fields.flag("use_linear_projection", false),
    only_cross_attention: fields.flagPerLevel("only_cross_attention", levels, false),
    flip_sin_to_cos: fields.flag("flip_sin_to_cos", true),
    freq_shift: fields.number("freq_shift", 0),
    downsample_padding: fields.int("downsample_padding", 1, { min: 0, max: 1 }),
    mid_block_scale_factor: fields.positive("mid_block_scale_factor", 1),
    resnet_time_scale_shift: fields.oneOf("resnet_time_scale_shift", ["default", "scale_shift"], "default"),
    addition_embed_type: fields.oneOfOrNull("addition_embed_type", ["text", "text_time"]),
    addition_embed_type_num_heads: fields.int("addition_embed_type_num_heads", 64),
    addition_time_embed_dim: fields.intOrNull("addition_time_embed_dim"),
    projection_class_embeddings_input_dim: fields.intOrNull("projection_class_embeddings_input_dim"),
    time_cond_proj_dim: fields.intOrNull("time_cond_proj_dim"),
    center_input_sample: fields.flag("center_input_sample", false),
    sample_size: fields.side("sample_size", 64),
  };
  fields.only({
    num_attention_heads: null,
    class_embed_type: null,
    num_class_embeds: null,
    encoder_hid_dim: null,
    encoder_hid_dim_type: null,
    dual_cross_attention: false,
    class_embeddings_concat: false,
    cross_attention_norm: null,
    attention_type: "default",
    resnet_skip_time_act: false,
    resnet_out_scale_factor: 1,
    time_embedding_type: "positional",
    time_embedding_dim: null,
    time_embedding_act_fn: null,
    timestep_post_act: null,
    conv_in_kernel: 3,
    conv_out_kernel: 3,
  });
  // Training only; a matter of precision, not of the result; and of a kind of mid block that is refused anyway.
  fields.ignore("dropout", "upcast_attention", "mid_block_only_cross_attention");
  fields.refuseOthers();
  check(config, fields);
  return config;
}

/**
 * Numbers for all attentions, for each level, or for each attention of a level: SSD-1B and others that are pruned. The up path
 * has them from the innermost level out, and one attention more; in the last form it must say them itself.
 */
function transformerLayers(
  fields: Fields,
  layers: readonly number[],
): Pick<UNetConfig, "transformer_layers_per_block" | "reverse_transformer_layers_per_block"> {
  const [name, reverse] = ["transformer_layers_per_block", "reverse_transformer_layers_per_block"] as const;
  const limits = { min: 0, max: 128 };
  const raw = fields.raw(name);
  const outward = [...layers].reverse().map((count) => count + 1);
  const mirrored = Array.isArray(raw) ? [...raw].reverse() : raw;
  if (!fields.has(reverse) && Array.isArray(raw) && raw.some(Array.isArray))
    fields.refuse(reverse, `a list of lists, as ${name},`);
  return {
    [name]: fields.intsPerPlace(name, layers, { ...limits, fallback: 1 }),
    [reverse]: fields.intsPerPlace(reverse, outward, { ...limits, fallback: mirrored ?? 1 }),
  } as ReturnType<typeof transformerLayers>;
}

/** Absent means the default here, but null means no mid block. */
function midBlockType(fields: Fields, json: unknown): UNetConfig["mid_block_type"] {
  if ((json as Record<string, unknown>).mid_block_type === null) {
    fields.ignore("mid_block_type");
    return null;
  }
  return fields.oneOf("mid_block_type", MID, MID[0]);
}

function activation(fields: Fields): UNetConfig["act_fn"] {
  const name = fields.oneOf("act_fn", ["silu", "swish", "gelu", "mish"], "silu");
  return name === "swish" ? "silu" : name;
}

function check(config: UNetConfig, fields: Fields): void {
  const levels = config.block_out_channels.length;
  for (const name of ["down_block_types", "up_block_types"] as const)
    if (config[name].length !== levels) fields.refuse(name, `a list of ${levels}, one for each block,`);
  config.block_out_channels.forEach((channels, level) => {
    if (channels % config.norm_num_groups !== 0)
      fields.refuse("norm_num_groups", `a divisor of ${channels} (block_out_channels)`);
    const attends =
      config.down_block_types[level] === "CrossAttnDownBlock2D" ||
      config.up_block_types[levels - 1 - level] === "CrossAttnUpBlock2D";
    if (attends && channels % config.num_attention_heads[level]! !== 0)
      fields.refuse("attention_head_dim", `a divisor of ${channels} (block_out_channels)`);
  });
  if (config.addition_embed_type === "text_time" && config.addition_time_embed_dim === null)
    fields.refuse("addition_time_embed_dim", "a whole number (with addition_embed_type text_time)");
  if (config.addition_embed_type === "text_time" && config.projection_class_embeddings_input_dim === null)
    fields.refuse("projection_class_embeddings_input_dim", "a whole number (with addition_embed_type text_time)");
}
