/**
 * What the community's tools say of a model, in the file's metadata and beside it. The programs name things differently, so
 * what is looked for is the field, wherever it is; a note that is broken or something else says nothing.
 */
import { REQUEST_LIMITS } from "../../shared/request-schema.ts";
import { type Distillation, distillationIn } from "../checkpoint/identify/distillation.ts";
import { plainText } from "./plain-text.ts";
import { readBeside } from "./read-beside.ts";
import type { SideCar } from "./side-cars.ts";
import { trainedTags } from "./tag-frequency.ts";

export interface CommunityNotes {
  /** To be put into a prompt, each as it is. */
  readonly triggerWords: readonly string[];
  /** The weight that the maker suggests. */
  readonly suggestedWeight?: number;
  /** In plain words where it can be. */
  readonly licence?: string;
  /** Where the base model that Civitai names was distilled. */
  readonly distilled?: Distillation;
}

export interface Sources {
  /** The name of the model's file, by which records of several files tell theirs. */
  readonly name: string;
  readonly beside: readonly SideCar[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Folders that side-cars must lie in, symlinks resolved. */
  readonly within?: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Bytes. A record with all its example pictures has some hundred thousand. */
const MAX_NOTE_BYTES = 4 * 2 ** 20;
const MAX_TEXT_BYTES = 1024;
const MAX_WORDS = 24;

/**
 * A1111's card (what the user typed), Civitai's record, the same in StabilityMatrix' and Civicomfy's files, in
 * ComfyUI-Lora-Manager's and kohya's, and Stability AI's ModelSpec (github.com/Stability-AI/ModelSpec).
 */
const WORD_FIELDS = [
  "activation text",
  "trainedWords",
  "TrainedWords",
  "modelspec.trigger_phrase",
  "trigger_words",
  "trigger_phrases",
  "ss_trigger_words",
];

/** Reads what lies beside the file. Never throws. */
export function readCommunityNotes({ name, beside, metadata, within }: Sources): CommunityNotes {
  const notes = beside.filter(({ kind }) => kind === "note");
  const records = notes.flatMap(({ file, ending }) =>
    ending === ".txt" ? [] : recordsIn(parse(readBeside(file, { within, maxBytes: MAX_NOTE_BYTES })), name),
  );
  const all: Fields[] = [...records, Object.fromEntries(metadata)];
  const first = <T>(fields: readonly string[], read: (value: unknown) => T | undefined): T | undefined => {
    for (const field of fields)
      for (const record of all) {
        const found = Object.hasOwn(record, field) ? read(record[field]) : undefined;
        if (found !== undefined) return found;
      }
    return undefined;
  };
  const words =
    first(WORD_FIELDS, wordsOf) ??
    notes.map(({ file, ending }) => (ending === ".txt" ? wordsInText(file, within) : undefined)).find(Boolean) ??
    cleaned(trainedTags(metadata.get("ss_tag_frequency") ?? "")) ??
    [];
  const suggestedWeight =
    first(["preferred weight", "modelspec.lora_default_weight"], weightOf) ??
    first(["usage_tips"], (tips) => weightOf(fieldsOf(tips)?.strength));
  const licence =
    first(["modelspec.license", "license"], textOf) ?? first(["allowCommercialUse"], (uses) => permission(uses));
  const distilled = first(["baseModel", "BaseModel"], (name) => distillationIn(textOf(name) ?? ""));
  return {
    triggerWords: words,
    ...(distilled && { distilled }),
    ...(suggestedWeight !== undefined && { suggestedWeight }),
    ...(licence !== undefined && { licence }),
  };
}

function parse(bytes: Uint8Array | undefined): unknown {
  try {
    return bytes && JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** An object, or one as JSON text. */
function fieldsOf(value: unknown): Fields | undefined {
  const json = typeof value === "string" ? parse(new TextEncoder().encode(value)) : value;
  return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as Fields) : undefined;
}

/** A note's own fields, and those of Civitai's records that it wraps: of a model's versions, the one with this file. */
function recordsIn(json: unknown, name: string): Fields[] {
  const note = fieldsOf(json);
  if (note === undefined) return [];
  const versions = listOf(note.modelVersions);
  const mine = versions.find(({ files }) => listOf(files).some((file) => file.name === name));
  const version = mine ?? (versions.length === 1 ? versions[0] : undefined);
  const civitai = fieldsOf(note.civitai);
  return listOf([note, version, note.model, civitai, civitai?.model, fieldsOf(note.raw)?.civitai]);
}

const listOf = (value: unknown): Fields[] =>
  (Array.isArray(value) ? value : []).map(fieldsOf).filter((one) => one !== undefined);

/** Text, a list of texts, or rgthree's list of `{ word }`. Undefined where it has no word. */
function wordsOf(value: unknown): string[] | undefined {
  if (typeof value === "string") {
    const list: unknown = value.trim().startsWith("[") ? parse(new TextEncoder().encode(value)) : undefined;
    return Array.isArray(list) ? wordsOf(list) : cleaned(separated(value));
  }
  if (!Array.isArray(value)) return undefined;
  return cleaned(
    value
      .slice(0, 10 * MAX_WORDS)
      .flatMap((one) => (typeof one === "string" ? one : (textOf(fieldsOf(one)?.word) ?? []))),
  );
}

/** At the commas outside of brackets: `(red dress, long:1.2), hat` are two. Tags of other programs are no words. */
const separated = (text: string) =>
  text
    .slice(0, 4000)
    .replace(/<[a-z]+:[^<>]*>/gi, " ")
    .split(/[,\n](?![^()[\]]*[)\]])/);

function cleaned(words: readonly string[]): string[] | undefined {
  const plain = words.map((word) => plainText(word).replace(/^[\s,]+|[\s,]+$/g, "")).filter((word) => word !== "");
  const unique = [...new Set(plain)].slice(0, MAX_WORDS);
  return unique.length > 0 ? unique : undefined;
}

/** A few words separated by commas; anything longer is somebody's notes, a prompt or a caption. */
function wordsInText(file: string, within: Sources["within"]): string[] | undefined {
  const bytes = readBeside(file, { within, maxBytes: MAX_TEXT_BYTES });
  const text = new TextDecoder().decode(bytes ?? new Uint8Array()).trim();
  const words = separated(text).map((word) => word.trim());
  const isList =
    words.length <= MAX_WORDS && words.every((word) => word.length <= 60 && !/[.!?:;]\s|:\/\//.test(`${word} `));
  return isList ? cleaned(words) : undefined;
}

/** 0 is how A1111 writes that there is none. */
function weightOf(value: unknown): number | undefined {
  const weight = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof weight !== "number" || !Number.isFinite(weight) || weight === 0) return undefined;
  const { min, max } = REQUEST_LIMITS.loraWeight;
  return weight >= min && weight <= max ? weight : undefined;
}

function textOf(value: unknown): string | undefined {
  const text = typeof value === "string" ? plainText(value, 1000) : "";
  return text === "" ? undefined : text;
}

/** Civitai's permissions: a list, one word, or a list as "{Image,Rent}". Each used to include those before it. */
function permission(value: unknown): string | undefined {
  const texts = Array.isArray(value) ? value : [value];
  if (!texts.every((text) => typeof text === "string")) return undefined;
  const uses = new Set(texts.flatMap((text) => text.replace(/[{}]/g, "").split(",")).map((use) => use.trim()));
  if (uses.has("Image") || uses.has("Sell")) return "Pictures made with it may be sold, says its Civitai record.";
  if (uses.has("Rent") || uses.has("RentCivit"))
    return "No commercial use but in services that draw for others, says its Civitai record.";
  return "No commercial use, says its Civitai record.";
}
