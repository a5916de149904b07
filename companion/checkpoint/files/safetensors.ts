/**
 * The safetensors format: 8 bytes little-endian length, a JSON header of that length, then the tensors' bytes without
 * holes (https://github.com/huggingface/safetensors, "Format"). Only the header is ever read here, and nothing in it is believed.
 */
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, type Stats, statSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import { stampOf } from "../../graph/file-stamp.ts";
import type { WeightRef, WeightStore } from "../../graph/weights.ts";
import { attempt, readFully, resolveInside } from "./files.ts";
import { parseHeader, readHeader } from "./safetensors-header.ts";

/** A store whose files can be checked again. */
export interface CheckpointStore extends WeightStore {
  /** The files that the refs point into: absolute, symlinks resolved. */
  readonly files: readonly string[];
  /**
   * A cheap identity, hexadecimal: of the files' paths, times, sizes and headers. Two fine-tunes of one model have the same
   * header and size, so those alone would take one for the other.
   */
  readonly fingerprint: string;
  /** Throws Problem "file-changed" where a file is not the one whose header was read. Call it right before a load. */
  verifyUnchanged(): void;
}

export interface SafetensorsFile extends CheckpointStore {
  /** Absolute, symlinks resolved. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** The header's `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** A tensor's raw bytes. Throws Problem "weights-missing", "file-changed". */
  read(key: string): Uint8Array;
}

export interface OpenOptions {
  /** Folders (absolute) that the file must lie in once symlinks are resolved. Absent: anywhere. */
  readonly within?: readonly string[];
}

/**
 * Reads and checks a file's header. Throws Problem "model-not-found", "file-unreadable", "file-outside-models",
 * "file-not-safetensors", "file-truncated", "file-header-invalid", "model-unsupported" (a number format we do not know).
 */
export function openSafetensors(file: string, { within }: OpenOptions = {}): SafetensorsFile {
  const real = resolveInside(file, within);
  const name = path.basename(file);
  // Asked before opening: opening a named pipe would wait for ever.
  if (!attempt(name, () => statSync(real)).isFile())
    throw new Problem("file-not-safetensors", `"${name}" is not a file: choose a .safetensors file.`);
  const fd = attempt(name, () => openSync(real, "r"));
  try {
    const stats = fstatSync(fd);
    const { text, dataStart } = readHeader(fd, name, stats.size);
    const { refs, metadata } = parseHeader(text, {
      ...{ name, file: real, dataStart, size: stats.size },
      stamp: stampOf(stats),
    });
    const identity = [real, stats.size, stats.mtimeMs, stats.ino, text].join("\n");
    const hash = createHash("sha256").update(identity).digest("hex").slice(0, 32);
    return new OpenedFile(name, real, refs, metadata, hash, stats);
  } finally {
    closeSync(fd);
  }
}

class OpenedFile implements SafetensorsFile {
  readonly origin: string;
  readonly path: string;
  readonly files: readonly string[];
  readonly fingerprint: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly size: number;
  readonly #refs: ReadonlyMap<string, WeightRef>;
  readonly #stats: Stats;

  constructor(
    origin: string,
    file: string,
    refs: ReadonlyMap<string, WeightRef>,
    metadata: ReadonlyMap<string, string>,
    fingerprint: string,
    stats: Stats,
  ) {
    this.origin = origin;
    this.path = file;
    this.files = [file];
    this.fingerprint = fingerprint;
    this.metadata = metadata;
    this.size = stats.size;
    this.#refs = refs;
    this.#stats = stats;
  }

  find(key: string): WeightRef | undefined {
    return this.#refs.get(key);
  }

  keys(): Iterable<string> {
    return this.#refs.keys();
  }

  verifyUnchanged(): void {
    this.#compare(attempt(this.origin, () => statSync(this.path)));
  }

  read(key: string): Uint8Array {
    const ref = this.#refs.get(key);
    if (!ref)
      throw new Problem("weights-missing", `"${this.origin}" lacks the tensor "${key}": the file is incomplete.`);
    const fd = attempt(this.origin, () => openSync(this.path, "r"));
    try {
      this.#compare(fstatSync(fd));
      const bytes = new Uint8Array(ref.byteLength);
      if (readFully(fd, bytes, ref.offset) !== bytes.length) throw this.#changed();
      return bytes;
    } finally {
      closeSync(fd);
    }
  }

  #compare(now: Stats): void {
    if (stampOf(now) !== stampOf(this.#stats)) throw this.#changed();
  }

  #changed(): Problem {
    return new Problem("file-changed", `"${this.origin}" was changed while it was open: start the picture again.`);
  }
}
