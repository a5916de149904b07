/**
 * What models are called between machines: by what they are made of. A single file's digest is its SHA-256. A folder's is that of
 * the list of its files, one a line in the order of their names: SHA-256, two spaces, path below the folder; weights, configurations
 * and vocabularies, whatever else lies beside them.
 */
import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import type { Hashes } from "./hashes.ts";

const COUNTS = /\.(safetensors|sft|json|txt|model)$/i;

/** The files that a model at `place` (a file or a folder) is made of, in the order of their names; none where it is gone. */
export function filesOf(place: string): string[] {
  const status = statSync(place, { throwIfNoEntry: false });
  if (status === undefined) return [];
  if (!status.isDirectory()) return [place];
  return readdirSync(place, { recursive: true, encoding: "utf8" })
    .filter((name) => COUNTS.test(name))
    .map((name) => name.replaceAll("\\", "/"))
    .sort()
    .map((name) => path.join(place, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** Undefined until all of its files' hashes are known, see `Hashes.want`. */
export function digestOf(place: string, files: readonly string[], hashes: Pick<Hashes, "find">): string | undefined {
  const known = files.map((file) => hashes.find(file));
  if (files.length === 0 || known.includes(undefined)) return undefined;
  if (files.length === 1 && files[0] === place) return known[0];
  const list = files.map((file, i) => `${known[i]}  ${path.relative(place, file).replaceAll(path.sep, "/")}\n`);
  return createHash("sha256").update(list.join("")).digest("hex");
}
