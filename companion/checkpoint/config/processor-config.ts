import type { ImageProcessorConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/** OpenAI's CLIP (https://github.com/openai/CLIP, clip.py, `_transform`), red, green, blue. */
const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073];
const CLIP_STD = [0.26862954, 0.26130258, 0.27577711];
const BICUBIC = 3;

/**
 * feature_extractor/preprocessor_config.json as a record, with the defaults of transformers' CLIPImageProcessor. `json` =
 * {} gives CLIP's own numbers for an encoder of `imageSize` pixels. Throws Problem "config-invalid".
 */
export function parseProcessorConfig(
  json: unknown,
  imageSize = 224,
  origin = "feature_extractor/preprocessor_config.json",
): ImageProcessorConfig {
  const fields = new Fields(json, origin);
  fields.only({ resample: BICUBIC, do_rescale: true });
  const processor: ImageProcessorConfig = {
    shortest_edge: shortestEdge(fields, imageSize, origin),
    crop_size: cropSize(fields, imageSize, origin),
    image_mean: perChannel(fields, "image_mean", CLIP_MEAN),
    image_std: perChannel(fields, "image_std", CLIP_STD),
    rescale_factor: fields.number("rescale_factor", 1 / 255),
    do_resize: fields.flag("do_resize", true),
    do_center_crop: fields.flag("do_center_crop", true),
    do_normalize: fields.flag("do_normalize", true),
  };
  if (processor.image_std.includes(0)) fields.refuse("image_std", "numbers other than 0");
  return processor;
}

/** `size`: 224, or {shortest_edge: 224}. A {height, width} would distort the picture, which CLIP's own does not. */
function shortestEdge(fields: Fields, fallback: number, origin: string): number {
  const size = fields.raw("size");
  if (typeof size !== "object") return fields.int("size", fallback);
  const inner = new Fields(size, origin);
  return inner.has("shortest_edge") ? inner.int("shortest_edge", fallback) : fields.refuse("size", "a shortest_edge");
}

/** `crop_size`: 224, or {height: 224, width: 224}. */
function cropSize(fields: Fields, fallback: number, origin: string): number {
  const size = fields.raw("crop_size");
  if (typeof size !== "object") return fields.int("crop_size", fallback);
  const inner = new Fields(size, origin);
  const height = inner.int("height", fallback);
  return height === inner.int("width", fallback) ? height : fields.refuse("crop_size", "a square");
}

function perChannel(fields: Fields, name: string, fallback: readonly number[]): readonly number[] {
  const values = fields.numbers(name, fallback);
  return values.length === 3 ? values : fields.refuse(name, "a list of 3 numbers");
}
