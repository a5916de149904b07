/** The Stable Diffusion safety checker, as diffusers folders ship it. */
import { existsSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { ClipVisionConfig, ImageProcessorConfig } from "../../networks/configs.ts";
import { parseClipVisionConfig } from "../config/clip-config.ts";
import { parseProcessorConfig } from "../config/processor-config.ts";
import { type Component, RenamedStore, refsUnder } from "../files/component.ts";
import { readJsonFile } from "../files/json-file.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";
import type { OpenOptions } from "../files/safetensors.ts";
import { openWeights } from "../files/weight-files.ts";

/** Its weights carry transformers' names for an image encoder, beside the concepts' own. */
export interface ContentFilter extends Component<ClipVisionConfig> {
  readonly processor: ImageProcessorConfig;
}

/**
 * The one in a model's folder (`safety_checker`, `feature_extractor`); undefined where it ships none. Throws Problem
 * "config-invalid", "weights-missing", and as `openSafetensors`.
 */
export function openContentFilter(model: string, options: OpenOptions = {}): ContentFilter | undefined {
  const folder = path.join(model, "safety_checker");
  if (!existsSync(folder)) return undefined;
  const source = openWeights(folder, options);
  const refs = new RenamedRefs();
  // The checker holds a CLIP vision model, which held another one until transformers 5; old files keep a counter there.
  for (const [key, ref] of refsUnder(source))
    if (!key.endsWith("position_ids")) refs.set(key.replace(/^vision_model\.vision_model\./, "vision_model."), ref);
  const label = `${path.basename(model)}/safety_checker`;
  const json = readJsonFile(path.join(folder, "config.json"), options) as
    | { vision_config?: unknown }
    | null
    | undefined;
  const projection = refs.get("visual_projection.weight")?.dims[0];
  if (!json?.vision_config || projection === undefined)
    throw new Problem(
      "config-invalid",
      `"${label}" is not the safety checker of Stable Diffusion (config.json, visual_projection): download the model again.`,
    );
  // Published ones say another width under `vision_config`, which the class does not read.
  const config = {
    ...parseClipVisionConfig({ vision_config: json.vision_config }, `${label}/config.json`),
    projection_dim: projection,
  };
  const processor = readJsonFile(path.join(model, "feature_extractor", "preprocessor_config.json"), options) ?? {};
  return {
    config,
    weights: new RenamedStore(label, refs, [source]),
    processor: parseProcessorConfig(processor, config.image_size),
  };
}
