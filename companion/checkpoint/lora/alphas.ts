/** peft's settings, where diffusers put them into the header: what its files say instead of an alpha tensor a layer. */
import * as v from "valibot";
import { Problem } from "../../../shared/problem.ts";
import { layerName, type Target } from "./keys.ts";

const number = v.pipe(v.number(), v.finite());
const SETTINGS = v.object({
  lora_alpha: v.optional(number),
  alpha_pattern: v.optional(v.nullable(v.record(v.string(), number))),
  use_rslora: v.optional(v.boolean()),
});
type Settings = v.InferOutput<typeof SETTINGS>;

const PLACES: readonly (readonly [Target, string])[] = [
  ["unet", "unet."],
  [0, "text_encoder."],
  [1, "text_encoder_2."],
];

/** How strong a layer of rank r acts by itself; undefined where the header says nothing. */
export type Alphas = (target: Target, layer: string, rank: number) => number | undefined;

/**
 * Source: diffusers, loaders/lora_base.py, `lora_adapter_metadata`; peft, tuners/lora/layer.py, `update_layer` (alpha / r, or
 * alpha / √r: Kalajdzievski 2023). Throws Problem "config-invalid".
 */
export function alphasOf(metadata: ReadonlyMap<string, string>, origin: string): Alphas {
  const text = metadata.get("lora_adapter_metadata");
  if (text === undefined) return () => undefined;
  const settings = new Map(
    PLACES.map(([target, prefix]) => [target, settingsUnder(prefix, parse(text, origin), origin)]),
  );
  return (target, layer, rank) => {
    const { lora_alpha, alpha_pattern, use_rslora } = settings.get(target)!;
    const special = Object.entries(alpha_pattern ?? {}).find(([name]) => {
      const suffix = layerName(name, target);
      return layer === suffix || layer.endsWith(`_${suffix}`);
    });
    const alpha = special?.[1] ?? lora_alpha;
    return alpha === undefined ? undefined : alpha / (use_rslora ? Math.sqrt(rank) : rank);
  };
}

function parse(text: string, origin: string): Record<string, unknown> {
  try {
    return v.parse(v.record(v.string(), v.unknown()), JSON.parse(text));
  } catch (error) {
    throw invalid(origin, (error as Error).message);
  }
}

function settingsUnder(prefix: string, all: Record<string, unknown>, origin: string): Settings {
  const own = Object.entries(all).filter(([key]) => key.startsWith(prefix));
  const result = v.safeParse(
    SETTINGS,
    Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])),
  );
  if (result.success) return result.output;
  throw invalid(origin, result.issues[0].message);
}

const invalid = (origin: string, what: string) =>
  new Problem(
    "config-invalid",
    `"${origin}" has settings in its header that cannot be read (${what}): use another version.`,
  );
