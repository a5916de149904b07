/** Configurations, and what lies beside files, with every field wrong in every way. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Case } from "./cases.ts";
import { FIXTURES } from "./sources.ts";
import type { Kind } from "./use.ts";

type Json = Readonly<Record<string, unknown>>;

/** Of a whole file. */
const TEXTS: Readonly<Record<string, string>> = {
  ...{ "is empty": "", "is no JSON": '{"a": ', "is a list": "[]", "is null": "null", "is without fields": "{}" },
};

/** Of one field. */
const VALUES: Readonly<Record<string, unknown>> = {
  ...{ "is a word": "x", "is -1": -1, "is 0": 0, "is 0.5": 0.5, "is very large": 2 ** 40 },
  ...{ "is true": true, "is null": null, "is an empty list": [], "is a list of words": ["x"] },
};

const CONFIGURATIONS: readonly (readonly [kind: Kind, folder: string, files: readonly string[]])[] = [
  [
    "model",
    "models/sd1",
    [
      ...["model_index.json", "unet/config.json", "vae/config.json", "scheduler/scheduler_config.json"],
      ...["text_encoder/config.json", "tokenizer/tokenizer_config.json", "tokenizer/special_tokens_map.json"],
      ...["tokenizer/vocab.json", "image_encoder/config.json", "feature_extractor/preprocessor_config.json"],
    ],
  ],
  [
    "model",
    "models/sdxl",
    ["model_index.json", "unet/config.json", "scheduler/scheduler_config.json", "text_encoder_2/config.json"],
  ],
  ["control", "control-models/net", ["config.json"]],
  ["control", "control-models/t2i-full", ["config.json"]],
  ["vae", "models/vaes/kl", ["config.json"]],
  ["vae", "models/vaes/tiny", ["config.json"]],
  ["image-encoder", "models/sd1/image_encoder", ["config.json"]],
  ["filter", "models/filtered", ["safety_checker/config.json", "feature_extractor/preprocessor_config.json"]],
];

/** A vocabulary has thousands of fields, all alike. */
const MOST_FIELDS = 40;
/** Of the values, one in so many is tried on each field: others on the next. */
const VALUES_A_FIELD = 3;

function copy(folder: string, place: string): void {
  if (folder !== "models/filtered") {
    cpSync(path.join(FIXTURES, folder), place, { recursive: true });
    return;
  }
  cpSync(path.join(FIXTURES, "models/sd1"), place, { recursive: true });
  cpSync(path.join(FIXTURES, "models/content-filter"), place, { recursive: true });
}

const originalOf = (folder: string, file: string): Json => {
  const places = folder === "models/filtered" ? ["models/content-filter"] : [folder];
  return JSON.parse(readFileSync(path.join(FIXTURES, ...places, file), "utf8")) as Json;
};

function casesOf(kind: Kind, folder: string, file: string): Case[] {
  const write = (content: string) => (place: string) => {
    copy(folder, place);
    writeFileSync(path.join(place, file), content);
  };
  const json = originalOf(folder, file);
  const fields = Object.keys(json).slice(0, MOST_FIELDS);
  const named = (what: string) => ({ kind, name: `${folder}/${file}, ${what}` });
  return [
    ...Object.entries(TEXTS).map(([what, content]) => ({ ...named(`which ${what}`), lay: write(content) })),
    ...fields.map((field) => {
      const { [field]: _, ...rest } = json;
      return { ...named(`without ${field}`), lay: write(JSON.stringify(rest)) };
    }),
    ...fields.flatMap((field, i) =>
      Object.entries(VALUES)
        .filter((_, k) => (i + k) % VALUES_A_FIELD === 0)
        .map(([what, value]) => ({
          ...named(`where ${field} ${what}`),
          lay: write(JSON.stringify({ ...json, [field]: value })),
        })),
    ),
    { ...named("with a field of its own"), lay: write(JSON.stringify({ ...json, something_else: 3 })) },
  ];
}

export const configurationCases = (): Case[] =>
  CONFIGURATIONS.flatMap(([kind, folder, files]) => files.flatMap((file) => casesOf(kind, folder, file)));
