import { closeSync, existsSync, fstatSync, openSync, statSync } from "node:fs";
import path from "node:path";
import { JsonLimitError, parseJson } from "../../../shared/json-text.ts";
import { Problem } from "../../../shared/problem.ts";
import { attempt, readFully, resolveInside } from "./files.ts";
import type { OpenOptions } from "./safetensors.ts";

/** Bytes. tokenizer.json of the largest vocabularies has a few tens of millions. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/** A text file's content; undefined where there is none. Throws as `readSmallFile`. */
export function readTextFile(file: string, options: OpenOptions = {}): string | undefined {
  const bytes = readSmallFile(file, options);
  return bytes && new TextDecoder().decode(bytes);
}

/** A file's bytes; undefined where there is none. Throws Problem "file-unreadable", "file-outside-models", "config-invalid". */
export function readSmallFile(file: string, { within }: OpenOptions = {}): Uint8Array | undefined {
  if (!existsSync(file)) return undefined;
  const real = resolveInside(file, within);
  const name = path.join(path.basename(path.dirname(file)), path.basename(file));
  if (!attempt(name, () => statSync(real)).isFile())
    throw new Problem("config-invalid", `"${name}" is not a file: download the model again.`);
  const fd = attempt(name, () => openSync(real, "r"));
  try {
    const { size } = fstatSync(fd);
    if (size > MAX_TEXT_BYTES)
      throw new Problem("config-invalid", `"${name}" has ${size} bytes, too many to be what its name says.`);
    const bytes = new Uint8Array(size);
    attempt(name, () => readFully(fd, bytes, 0));
    return bytes;
  } finally {
    closeSync(fd);
  }
}

/** No configuration is nested as deeply; tokenizer.json of the largest vocabularies has a few million values. */
const LIMITS = { depth: 100, values: 5_000_000, python: true };

/** A JSON file's content; undefined where there is none. Throws as `readTextFile`. */
export function readJsonFile(file: string, options: OpenOptions = {}): unknown {
  const text = readTextFile(file, options);
  if (text === undefined) return undefined;
  return parseJsonText(text, path.join(path.basename(path.dirname(file)), path.basename(file)));
}

/** The same of a text that `name` holds. Throws Problem "config-invalid". */
export function parseJsonText(text: string, name: string): unknown {
  try {
    return parseJson(text, LIMITS);
  } catch (cause) {
    const what =
      cause instanceof JsonLimitError
        ? `${cause.message} to be what its name says.`
        : "is not valid JSON: download the model again.";
    throw new Problem("config-invalid", `"${name}" ${what}`, { cause });
  }
}
