/** SigLIP's configs; of transformers' many fields only those that have a part in the network. */
import type { SiglipVisionConfig, SquarePixels } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/** image_encoder/config.json, with the defaults of transformers' SiglipVisionConfig. Throws Problem "config-invalid". */
export function parseSiglipConfig(json: unknown, origin = "image_encoder/config.json"): SiglipVisionConfig {
  const outer = new Fields(json, origin);
  const nested = outer.raw("vision_config");
  const fields = nested === undefined ? outer : new Fields(nested, origin);
  fields.oneOf("model_type", ["siglip_vision_model", "siglip"], "siglip_vision_model");
  const width = fields.int("hidden_size", 768);
  const heads = fields.int("num_attention_heads", 12);
  if (width % heads !== 0) fields.refuse("num_attention_heads", `a divisor of ${width} (hidden_size)`);
  const config: SiglipVisionConfig = {
    hidden_size: width,
    intermediate_size: fields.int("intermediate_size", 3072),
    num_hidden_layers: fields.int("num_hidden_layers", 12, { max: 256 }),
    num_attention_heads: heads,
    image_size: fields.side("image_size", 224),
    patch_size: fields.side("patch_size", 16),
    num_channels: fields.int("num_channels", 3),
    hidden_act: fields.oneOf("hidden_act", ["gelu_pytorch_tanh"], "gelu_pytorch_tanh"),
    layer_norm_eps: fields.positive("layer_norm_eps", 1e-6),
  };
  if (config.patch_size > config.image_size)
    fields.refuse("patch_size", `a number up to ${config.image_size} (image_size)`);
  return config;
}

const BICUBIC = 3;

/**
 * feature_extractor/preprocessor_config.json for an encoder of `imageSize` pixels, with the defaults of transformers' SiglipImageProcessor.
 * Throws Problem "config-invalid".
 */
export function parseSiglipProcessor(json: unknown, imageSize: number, origin: string): SquarePixels {
  const fields = new Fields(json, origin);
  fields.only({ resample: BICUBIC, do_resize: true, do_rescale: true, do_normalize: true });
  if (fields.has("size")) {
    const size = new Fields(fields.raw("size"), origin);
    if (size.int("height", imageSize) !== imageSize || size.int("width", imageSize) !== imageSize)
      fields.refuse("size", `a square of ${imageSize} pixels, as the image encoder reads`);
  }
  const perChannel = (name: string) => {
    const values = fields.numbers(name, [0.5, 0.5, 0.5]);
    return values.length === 3 ? values : fields.refuse(name, "a list of 3 numbers");
  };
  const pixels: SquarePixels = {
    side: imageSize,
    image_mean: perChannel("image_mean"),
    image_std: perChannel("image_std"),
    rescale_factor: fields.number("rescale_factor", 1 / 255),
  };
  if (pixels.image_std.includes(0)) fields.refuse("image_std", "numbers other than 0");
  return pixels;
}
