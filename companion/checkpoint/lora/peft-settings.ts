/** peft's settings: what its files say instead of an alpha tensor a layer, and how its rotations are meant. */
import path from "node:path";
import * as v from "valibot";
import { Problem } from "../../../shared/problem.ts";
import { readJsonFile } from "../files/json-file.ts";
import type { OpenOptions } from "../files/safetensors.ts";
import { layerName, type Target } from "./keys.ts";

const number = v.pipe(v.number(), v.finite());
const SETTINGS = v.object({
  lora_alpha: v.optional(number),
  /** Of LoHa and LoKr. */
  alpha: v.optional(number),
  alpha_pattern: v.optional(v.nullable(v.record(v.string(), number))),
  use_rslora: v.optional(v.boolean()),
  use_cayley_neumann: v.optional(v.boolean()),
  num_cayley_neumann_terms: v.optional(v.pipe(number, v.integer(), v.minValue(1), v.maxValue(64))),
  coft: v.optional(v.boolean()),
  eps: v.optional(number),
});
type Settings = v.InferOutput<typeof SETTINGS>;

const PLACES: readonly (readonly [Target, string])[] = [
  ["unet", "unet."],
  [0, "text_encoder."],
  [1, "text_encoder_2."],
];

/** How strong a layer of rank r acts by itself; undefined where nothing is said. */
export type Alphas = (target: Target, layer: string, rank: number) => number | undefined;

/** How peft's OFT is meant, which no tensor of it says. */
export interface OftSettings {
  /** Of the series for a rotation; absent: the rotation itself, which is the other way round. */
  readonly terms?: number;
  /** The most that angles may be (COFT); absent: any. */
  readonly epsilon?: number;
}

export interface PeftSettings {
  readonly alphas: Alphas;
  readonly oft: OftSettings;
}

/** What peft wraps a network in. */
const WRAPPED = "base_model.model.";

/**
 * From the header, where diffusers puts them (loaders/lora_base.py, `lora_adapter_metadata`), or for a file of peft's own from
 * `adapter_config.json` beside it; what neither says is as peft 0.21 has it (tuners/oft/config.py: five terms of the series).
 * alpha / r, or alpha / √r (peft, tuners/lora/layer.py, `update_layer`; Kalajdzievski 2023). Throws Problem "config-invalid".
 */
export function peftSettings(
  file: string,
  {
    keys,
    metadata,
    origin,
    ...options
  }: OpenOptions & {
    readonly keys: Iterable<string>;
    readonly metadata: ReadonlyMap<string, string>;
    readonly origin: string;
  },
): PeftSettings {
  const text = metadata.get("lora_adapter_metadata");
  const isOwn = [...keys].some((key) => key.startsWith(WRAPPED));
  const beside = isOwn ? readJsonFile(path.join(path.dirname(file), "adapter_config.json"), options) : undefined;
  const whole = settings(beside ?? {}, origin);
  const placed = text === undefined ? undefined : settingsByTarget(text, origin);
  return {
    alphas: alphasOf((target) => placed?.get(target) ?? whole),
    oft: {
      ...(whole.use_cayley_neumann !== false && { terms: whole.num_cayley_neumann_terms ?? 5 }),
      ...(whole.coft && { epsilon: whole.eps ?? 6e-5 }),
    },
  };
}

const alphasOf =
  (of: (target: Target) => Settings): Alphas =>
  (target, layer, rank) => {
    const { lora_alpha, alpha, alpha_pattern, use_rslora } = of(target);
    const special = Object.entries(alpha_pattern ?? {}).find(([name]) => {
      const suffix = layerName(name, target);
      return layer === suffix || layer.endsWith(`_${suffix}`);
    });
    const said = special?.[1] ?? lora_alpha ?? alpha;
    return said === undefined ? undefined : said / (use_rslora ? Math.sqrt(rank) : rank);
  };

function settingsByTarget(text: string, origin: string): ReadonlyMap<Target, Settings> {
  const all = Object.entries(parse(text, origin));
  const under = (prefix: string) =>
    all.filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]);
  return new Map(PLACES.map(([target, prefix]) => [target, settings(Object.fromEntries(under(prefix)), origin)]));
}

function parse(text: string, origin: string): Record<string, unknown> {
  try {
    return v.parse(v.record(v.string(), v.unknown()), JSON.parse(text));
  } catch (error) {
    throw invalid(origin, (error as Error).message);
  }
}

function settings(value: unknown, origin: string): Settings {
  const result = v.safeParse(SETTINGS, value);
  if (result.success) return result.output;
  throw invalid(origin, result.issues[0].message);
}

const invalid = (origin: string, what: string) =>
  new Problem("config-invalid", `"${origin}" has settings of peft that cannot be read (${what}): use another version.`);
