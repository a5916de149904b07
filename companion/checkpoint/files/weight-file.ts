import { closeSync, openSync, statSync } from "node:fs";
import path from "node:path";
import { attempt, readFully, resolveInside } from "./files.ts";
import { readGgufHeader } from "./gguf-header.ts";
import { openFileBy, type WeightFile } from "./opened-file.ts";
import { type OpenOptions, openSafetensors } from "./safetensors.ts";

const MARK = "GGUF";

/** Opens safetensors or GGUF, by the file's first bytes. Throws Problem as `openSafetensors`. */
export function openWeightFile(file: string, options: OpenOptions = {}): WeightFile {
  return isGguf(file, options) ? openFileBy(file, options.within, readGgufHeader) : openSafetensors(file, options);
}

/** Throws Problem "model-not-found", "file-unreadable", "file-outside-models". */
export function isGguf(file: string, { within }: OpenOptions = {}): boolean {
  const real = resolveInside(file, within);
  const name = path.basename(file);
  if (!attempt(name, () => statSync(real)).isFile()) return false;
  const fd = attempt(name, () => openSync(real, "r"));
  try {
    const head = new Uint8Array(MARK.length);
    return readFully(fd, head, 0) === MARK.length && Buffer.from(head).toString("latin1") === MARK;
  } finally {
    closeSync(fd);
  }
}
