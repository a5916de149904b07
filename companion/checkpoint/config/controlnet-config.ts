import type { ControlNetConfig, T2IAdapterConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";
import { parseUNetConfig } from "./unet-config.ts";

const OWN = [
  "conditioning_channels",
  "conditioning_embedding_out_channels",
  "controlnet_conditioning_channel_order",
  "global_pool_conditions",
];

/**
 * A ControlNet's config.json as a record, with the defaults of diffusers' ControlNetModel (models/controlnets/controlnet.py).
 * Throws Problem "config-invalid" for everything that the record cannot say.
 */
export function parseControlNetConfig(json: unknown, origin: string): ControlNetConfig {
  const fields = new Fields(json, origin);
  fields.only({ _class_name: "ControlNetModel" });
  const all = json as Readonly<Record<string, unknown>>;
  const inward = Object.fromEntries(Object.entries(all).filter(([name]) => !OWN.includes(name)));
  const levels = fields.ints("block_out_channels", [320, 640, 1280, 1280]).length;
  return {
    unet: parseUNetConfig(
      {
        ...{ ...inward, _class_name: "UNet2DConditionModel" },
        ...{ up_block_types: Array(levels).fill("UpBlock2D"), reverse_transformer_layers_per_block: 1 },
      },
      origin,
    ),
    conditioning_channels: fields.int("conditioning_channels", 3, { min: 3, max: 3 }),
    conditioning_embedding_out_channels: fields.ints("conditioning_embedding_out_channels", [16, 32, 96, 256]),
    channel_order: fields.oneOf("controlnet_conditioning_channel_order", ["rgb", "bgr"], "rgb"),
    global_pool_conditions: fields.flag("global_pool_conditions", false),
  };
}

/** A T2I-Adapter's config.json, with the defaults of diffusers' T2IAdapter (models/adapter.py). Throws Problem "config-invalid". */
export function parseT2IAdapterConfig(json: unknown, origin: string): T2IAdapterConfig {
  const fields = new Fields(json, origin);
  fields.only({ _class_name: "T2IAdapter" });
  const config: T2IAdapterConfig = {
    in_channels: fields.int("in_channels", 3, { max: 3 }),
    channels: fields.ints("channels", [320, 640, 1280, 1280]),
    num_res_blocks: fields.int("num_res_blocks", 2, { max: 64 }),
    downscale_factor: fields.int("downscale_factor", 8, { max: 64 }),
    adapter_type: fields.oneOf("adapter_type", ["full_adapter", "full_adapter_xl", "light_adapter"], "full_adapter"),
  };
  if (config.in_channels === 2) fields.refuse("in_channels", "1 or 3");
  fields.refuseOthers();
  return config;
}
