/**
 * Writes Protocol Buffers (https://protobuf.dev/programming-guides/encoding) into one buffer that grows: of a large graph's hundred
 * thousand fields none becomes an object first. Fields are known by their numbers.
 */

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

const utf8 = new TextEncoder();

export class ProtoWriter {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;

  /** A whole number of at least 0, or of type int32 or int64 below 0. */
  integer(field: number, value: number | bigint): void {
    this.#tag(field, VARINT);
    this.#varint(value);
  }

  /** Of type float. */
  float(field: number, value: number): void {
    this.#tag(field, FIXED32);
    this.#room(4);
    this.#view.setFloat32(this.#end, value, true);
    this.#end += 4;
  }

  string(field: number, value: string): void {
    this.#tag(field, BYTES);
    // A character takes at most three bytes. Nearly all are one byte each, so that the length before them mostly fits.
    this.#room(3 * value.length + MOST_LENGTH);
    this.#measured(() => {
      this.#end += utf8.encodeInto(value, this.#bytes.subarray(this.#end)).written;
    });
  }

  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, BYTES);
    this.#varint(value.length);
    this.#room(value.length);
    this.#bytes.set(value, this.#end);
    this.#end += value.length;
  }

  /** Whole numbers one behind the other, under one tag. */
  integers(field: number, values: readonly number[]): void {
    this.message(field, () => {
      for (const value of values) this.#varint(value);
    });
  }

  /** What `body` writes, as one field. */
  message(field: number, body: () => void): void {
    this.#tag(field, BYTES);
    this.#measured(body);
  }

  /** All that was written. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  #tag(field: number, type: number): void {
    this.#varint(field * 8 + type);
  }

  /** What `body` writes, behind its length: one byte is left for that, and what needs more is moved. */
  #measured(body: () => void): void {
    this.#room(1);
    const begin = ++this.#end;
    body();
    const length = this.#end - begin;
    const more = lengthOfVarint(length) - 1;
    if (more > 0) {
      this.#room(more);
      this.#bytes.copyWithin(begin + more, begin, this.#end);
    }
    this.#end = begin - 1;
    this.#varint(length);
    this.#end += length;
  }

  #varint(value: number | bigint): void {
    this.#room(MOST_VARINT);
    if (typeof value === "bigint" || value < 0 || value > MOST_SMALL) {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest > 127n; rest >>= 7n) this.#bytes[this.#end++] = Number(rest & 127n) | 128;
      this.#bytes[this.#end++] = Number(rest);
      return;
    }
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.#bytes[this.#end++] = (rest & 127) | 128;
    this.#bytes[this.#end++] = rest;
  }

  /** For `count` bytes more. */
  #room(count: number): void {
    if (this.#end + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#end + count));
    larger.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Bytes that a number of 64 bits takes at the most, and the length of something in memory. */
const MOST_VARINT = 10;
const MOST_LENGTH = 5;
/** Numbers that shifts of 32 bits keep. */
const MOST_SMALL = 2 ** 31 - 1;

const lengthOfVarint = (value: number): number => (value < 2 ** 7 ? 1 : Math.ceil((32 - Math.clz32(value)) / 7));
