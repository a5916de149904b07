/** What the community's tools leave beside a model's file: `name.civitai.info` (the site's record) and `name.json` (A1111's card). */
import * as v from "valibot";
import { readJsonFile } from "../checkpoint/json-file.ts";
import type { OpenOptions } from "../checkpoint/safetensors.ts";

const RECORD = v.object({ trainedWords: v.array(v.string()) });
const CARD = v.object({ "activation text": v.string() });

/** The words to put into a prompt. Undefined where nothing says so; files that are something else say nothing. */
export function triggerWords(
  file: string,
  metadata: ReadonlyMap<string, string>,
  options: OpenOptions,
): string | undefined {
  const base = file.replace(/\.safetensors$/i, "");
  const record = v.safeParse(RECORD, read(`${base}.civitai.info`, options));
  const card = v.safeParse(CARD, read(`${base}.json`, options));
  const words = [
    metadata.get("modelspec.trigger_phrase"),
    record.success ? record.output.trainedWords.join(", ") : undefined,
    card.success ? card.output["activation text"] : undefined,
  ];
  return words.map((text) => text?.replace(/\s+/g, " ").trim()).find((text) => text !== undefined && text !== "");
}

/** A note that is broken must not keep its model from being used. */
function read(file: string, options: OpenOptions): unknown {
  try {
    return readJsonFile(file, options);
  } catch {
    return undefined;
  }
}
