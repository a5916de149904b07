/**
 * What Fooocus writes as JSON, under `parameters` or in an older version under `Comment`, with two spellings of every name.
 * lllyasviel/Fooocus, modules/meta_parser.py, FooocusMetadataParser and load_parameter_button_click.
 */
import type { FoundSettings } from "./found-settings.ts";
import {
  defined,
  fileName,
  fileOf,
  scaleOf,
  schedulerOf,
  seedOf,
  sideOf,
  stepsOf,
  textOf,
  unknownSampler,
  weightOf,
  wholeOf,
} from "./values.ts";

export function readFooocus(data: Record<string, unknown>): FoundSettings | undefined {
  const get = (key: string, label: string) => data[key] ?? data[label];
  const prompt = textOf(get("prompt", "Prompt"));
  const base = get("base_model", "Base Model");
  if (prompt === undefined || base === undefined) return undefined;
  const [width, height] = textOf(get("resolution", "Resolution"))?.match(/\d+/g) ?? [];
  const skipped = wholeOf(get("clip_skip", "CLIP Skip"), [1, 12]);
  const styles = textOf(get("styles", "Styles"));
  return {
    tool: "Fooocus",
    prompt,
    negativePrompt: textOf(get("negative_prompt", "Negative Prompt")) ?? "",
    ...defined({
      seed: seedOf(get("seed", "Seed")),
      steps: stepsOf(get("steps", "Steps")),
      guidanceScale: scaleOf(get("guidance_scale", "Guidance Scale")),
      scheduler: schedulerOf(get("sampler", "Sampler"), get("scheduler", "Scheduler")),
      width: sideOf(width),
      height: sideOf(height),
      clipSkip: skipped && skipped - 1,
      model: fileOf(base, data.base_model_hash),
      vae: get("vae", "VAE") === "Default (model)" ? undefined : fileOf(get("vae", "VAE")),
    }),
    loras: Array.from({ length: 16 }, (_, i) => get(`lora_combined_${i + 1}`, `LoRA ${i + 1}`)).flatMap(combined),
    unused: [
      ...unknownSampler(get("sampler", "Sampler")),
      ...(styles !== undefined && /\w/.test(styles) ? [`styles ${styles}`] : []),
      ...[get("refiner_model", "Refiner Model")].flatMap((refiner) => (fileName(refiner) ? ["refiner model"] : [])),
      ...["freeu", "inpaint_method"].filter((name) => data[name] !== undefined),
    ],
  };
}

/** "name.safetensors : 0.5", or "True : name.safetensors : 0.5". */
function combined(value: unknown): FoundSettings["loras"] {
  const parts = textOf(value)?.split(" : ") ?? [];
  if (parts.length === 3 && parts[0] !== "True") return [];
  const [name, weight] = [fileName(parts.at(-2)), weightOf(parts.at(-1))];
  return name !== undefined && weight !== undefined ? [{ name, weight }] : [];
}
