import type { MotionConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/**
 * A MotionAdapter's config.json as a record, with the defaults of diffusers (models/unets/unet_motion_model.py). Throws Problem
 * "config-invalid" for everything that the record cannot say.
 */
export function parseMotionConfig(json: unknown, origin: string): MotionConfig {
  const fields = new Fields(json, origin);
  fields.only({ _class_name: "MotionAdapter", motion_mid_block_layers_per_block: 1, conv_in_channels: null });
  // Groups of its norms are the UNet's, and how deep it is its tensors say.
  fields.ignore(
    "motion_norm_num_groups",
    "motion_transformer_layers_per_block",
    "motion_transformer_layers_per_mid_block",
  );
  const channels = fields.ints("block_out_channels", [320, 640, 1280, 1280]);
  const config: MotionConfig = {
    block_out_channels: channels,
    motion_layers_per_block: fields.intPerLevel("motion_layers_per_block", channels.length, 2),
    motion_num_attention_heads: fields.intPerLevel("motion_num_attention_heads", channels.length, 8),
    motion_max_seq_length: fields.int("motion_max_seq_length", 32, { max: 1024 }),
    use_motion_mid_block: fields.flag("use_motion_mid_block", true),
  };
  fields.refuseOthers();
  return config;
}
