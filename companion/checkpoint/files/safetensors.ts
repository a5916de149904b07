/**
 * The safetensors format: 8 bytes little-endian length, a JSON header of that length, then the tensors' bytes without
 * holes (https://github.com/huggingface/safetensors, "Format"). Only the header is ever read here, and nothing in it is believed.
 */

import { resolveEncodings } from "./encodings.ts";
import { openFileBy, type WeightFile } from "./opened-file.ts";
import { parseHeader, readHeader } from "./safetensors-header.ts";

export type { CheckpointStore } from "./opened-file.ts";
export type SafetensorsFile = WeightFile;

export interface OpenOptions {
  /** Folders (absolute) that the file must lie in once symlinks are resolved. Absent: anywhere. */
  readonly within?: readonly string[];
}

/**
 * Reads and checks a file's header, and finds which tensors are others' encodings (encodings.ts). Throws Problem "model-not-found", "file-unreadable", "file-outside-models",
 * "file-not-safetensors", "file-truncated", "file-header-invalid", "model-unsupported" (a number format we do not know).
 */
export const openSafetensors = (file: string, { within }: OpenOptions = {}): SafetensorsFile =>
  openFileBy(file, within, ({ fd, name, file: real, size, stamp }) => {
    const { text, dataStart } = readHeader(fd, name, size);
    const { refs, metadata } = parseHeader(text, { name, file: real, dataStart, size, stamp });
    return { refs: resolveEncodings(refs, metadata), metadata, text };
  });
