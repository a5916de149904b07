/** A file of weights whose header was read. */
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, type Stats, statSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import { stampOf } from "../../graph/file-stamp.ts";
import type { WeightRef, WeightStore } from "../../graph/weights.ts";
import { attempt, readFully, resolveInside } from "./files.ts";

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

export interface WeightFile extends CheckpointStore {
  /** Absolute, symlinks resolved. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** What its header says beside the tensors, in words. */
  readonly metadata: ReadonlyMap<string, string>;
  /** A tensor's raw bytes. Throws Problem "weights-missing", "file-changed". */
  read(key: string): Uint8Array;
}

/** What a format's reader makes of a file's header. */
export interface Header {
  readonly refs: ReadonlyMap<string, WeightRef>;
  readonly metadata: ReadonlyMap<string, string>;
  /** What the file's fingerprint is made of, besides its place and times: all of the header. */
  readonly text: string | Uint8Array;
}

/** The file that a header is read from. */
export interface HeaderPlace {
  readonly fd: number;
  /** For messages. */
  readonly name: string;
  /** Absolute, symlinks resolved. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** See `WeightRef`. */
  readonly stamp: string;
}

/**
 * Opens a file, reads its header by `read`, and closes it. `within`: folders (absolute) that it must lie in once symlinks are
 * resolved. Throws Problem "model-not-found", "file-unreadable", "file-outside-models", "file-not-safetensors" (no file), and
 * as `read`.
 */
export function openFileBy(
  file: string,
  within: readonly string[] | undefined,
  read: (place: HeaderPlace) => Header,
): WeightFile {
  const real = resolveInside(file, within);
  const name = path.basename(file);
  // Asked before opening: opening a named pipe would wait for ever.
  if (!attempt(name, () => statSync(real)).isFile())
    throw new Problem("file-not-safetensors", `"${name}" is not a file: choose a .safetensors file.`);
  const fd = attempt(name, () => openSync(real, "r"));
  try {
    const stats = fstatSync(fd);
    const header = read({ fd, name, file: real, size: stats.size, stamp: stampOf(stats) });
    const hash = createHash("sha256").update([real, stats.size, stats.mtimeMs, stats.ino, ""].join("\n"));
    return new OpenedFile(name, real, header, hash.update(header.text).digest("hex").slice(0, 32), stats);
  } finally {
    closeSync(fd);
  }
}

class OpenedFile implements WeightFile {
  readonly origin: string;
  readonly path: string;
  readonly files: readonly string[];
  readonly fingerprint: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly size: number;
  readonly #refs: ReadonlyMap<string, WeightRef>;
  readonly #stats: Stats;

  constructor(origin: string, file: string, { refs, metadata }: Header, fingerprint: string, stats: Stats) {
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
