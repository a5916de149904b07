/** Reading a binary header in order, no further than the file and the limits go. */
import { Problem } from "../../../shared/problem.ts";
import { readFully } from "./files.ts";
import type { HeaderPlace } from "./opened-file.ts";

/** Bytes of a header. Those of language models hold their vocabulary: up to some ten million. */
const MAX_HEADER = 64 * 2 ** 20;
const FIRST_WINDOW = 2 ** 18;

export class Cursor {
  readonly name: string;
  /** Where the next byte is read. */
  at = 0;
  readonly #place: HeaderPlace;
  #bytes = new Uint8Array(0);

  constructor(place: HeaderPlace) {
    this.#place = place;
    this.name = place.name;
  }

  /** All that was passed. */
  get read(): Uint8Array {
    return this.#bytes.subarray(0, this.at);
  }

  u32(): number {
    return this.#view(4).getUint32(0, true);
  }

  f32(): number {
    return this.#view(4).getFloat32(0, true);
  }

  /** A whole number of 8 bytes, up to `most`. Throws Problem "file-header-invalid". */
  count(most: number, what: string): number {
    const value = this.#view(8).getBigUint64(0, true);
    return value <= BigInt(most) ? Number(value) : this.invalid(`claims ${value} for ${what}`);
  }

  /** A text; "" for one of more than `kept` bytes. Throws Problem "file-header-invalid" where it has more than `most`, or is no UTF-8. */
  text(most: number | undefined, what: string, kept = most ?? 0): string {
    const length = this.count(most ?? MAX_HEADER, `the length of ${what}`);
    const view = this.#view(length);
    if (length > kept) return "";
    try {
      const bytes = new Uint8Array(view.buffer, view.byteOffset, length);
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      return this.invalid("is not UTF-8 text");
    }
  }

  skip(count: number): void {
    this.#view(count);
  }

  invalid(what: string): never {
    throw new Problem(
      "file-header-invalid",
      `"${this.name}" is damaged or made to mislead: its header ${what}. Download it again from a source you trust.`,
    );
  }

  #view(count: number): DataView {
    const begin = this.at;
    const end = begin + count;
    if (end > MAX_HEADER) this.invalid(`is longer than ${MAX_HEADER} bytes`);
    if (end > this.#place.size)
      throw new Problem(
        "file-truncated",
        `"${this.name}" ends after ${this.#place.size} bytes, inside its header: download it again.`,
      );
    if (end > this.#bytes.length) this.#grow(end);
    this.at = end;
    return new DataView(this.#bytes.buffer, begin, count);
  }

  #grow(least: number): void {
    const wanted = Math.max(least, 4 * this.#bytes.length, FIRST_WINDOW);
    const bytes = new Uint8Array(Math.min(wanted, MAX_HEADER, this.#place.size));
    bytes.set(this.#bytes);
    const more = bytes.subarray(this.#bytes.length);
    if (readFully(this.#place.fd, more, this.#bytes.length) !== more.length)
      throw new Problem("file-changed", `"${this.name}" was changed while it was open: start the picture again.`);
    this.#bytes = bytes;
  }
}
