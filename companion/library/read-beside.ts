import { closeSync, constants, fstatSync, openSync, statSync } from "node:fs";
import { readFully, resolveInside } from "../checkpoint/files/files.ts";
import type { OpenOptions } from "../checkpoint/files/safetensors.ts";

/**
 * The bytes of a side-car. Undefined for what is none: it is gone, leads out of the models folders, is no plain file, or
 * is larger than `maxBytes`. A side-car never keeps its model from being used.
 */
export function readBeside(
  file: string,
  { within, maxBytes }: OpenOptions & { readonly maxBytes: number },
): Uint8Array | undefined {
  let fd: number | undefined;
  try {
    const real = resolveInside(file, within);
    // Asked before opening: opening a named pipe would wait for ever.
    if (!statSync(real).isFile()) return undefined;
    fd = openSync(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const { size } = fstatSync(fd);
    if (size > maxBytes) return undefined;
    const bytes = new Uint8Array(size);
    return bytes.subarray(0, readFully(fd, bytes, 0));
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
