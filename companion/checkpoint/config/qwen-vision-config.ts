import type { QwenVisionConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/**
 * What text_encoder/config.json of Qwen2.5-VL says of its eyes, under `vision_config`, with the defaults of transformers'
 * Qwen2_5_VLVisionConfig (models/qwen2_5_vl/configuration_qwen2_5_vl.py). Throws Problem "config-invalid".
 */
export function parseQwenVisionConfig(json: unknown, origin = "text_encoder/config.json"): QwenVisionConfig {
  const whole = new Fields(json, origin);
  const fields = new Fields(whole.raw("vision_config") ?? {}, origin);
  fields.only({ hidden_act: "silu" });
  const config: QwenVisionConfig = {
    depth: fields.int("depth", 32, { max: 256 }),
    hidden_size: fields.int("hidden_size", 1280),
    intermediate_size: fields.int("intermediate_size", 3420),
    num_heads: fields.int("num_heads", 16),
    in_channels: fields.int(fields.has("in_channels") ? "in_channels" : "in_chans", 3, { min: 3, max: 3 }),
    patch_size: fields.int(fields.has("patch_size") ? "patch_size" : "spatial_patch_size", 14, { max: 64 }),
    spatial_merge_size: fields.int("spatial_merge_size", 2, { max: 8 }),
    temporal_patch_size: fields.int("temporal_patch_size", 2, { max: 8 }),
    window_size: fields.int("window_size", 112, { max: 4096 }),
    out_hidden_size: fields.int("out_hidden_size", 3584),
    fullatt_block_indexes: fields.ints("fullatt_block_indexes", [7, 15, 23, 31], { min: 0, max: 255 }),
  };
  const { hidden_size: width, num_heads: heads } = config;
  if (width % (4 * heads) !== 0) fields.refuse("hidden_size", `a multiple of ${4 * heads} (4 · num_heads)`);
  const cell = config.patch_size * config.spatial_merge_size;
  if (config.window_size % cell !== 0)
    fields.refuse("window_size", `a multiple of ${cell} (patch_size · spatial_merge_size)`);
  return config;
}
