/**
 * The header of a safetensors file, with nothing in it believed: every length, type, shape and byte range is checked
 * against the format's rules (https://github.com/huggingface/safetensors, "Format") and against the file.
 */
import { JsonLimitError, parseJson } from "../../../shared/json-text.ts";
import { Problem } from "../../../shared/problem.ts";
import type { WeightRef, WeightType } from "../../graph/weights.ts";
import { fileKind } from "./file-kind.ts";
import { readFully } from "./files.ts";

/**
 * Bytes. The format allows 100 MB; the largest headers in the wild are a few (all training tags of a LoRA), and
 * parsing 100 MB of hostile JSON could take gigabytes of heap.
 */
export const MAX_HEADER_BYTES = 32 * 1024 * 1024;

/** The largest models have some ten thousand. */
export const MAX_TENSORS = 100_000;

/** A tensor of four dimensions has eleven values. */
const LIMITS = { depth: 100, values: 12 * MAX_TENSORS };

/** Bytes for each element. */
const TYPE_BYTES: Readonly<Record<WeightType, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** The header's text, and where the data begins. `fd` is open for reading; `size` = the file's length in bytes. */
export function readHeader(fd: number, name: string, size: number): { text: string; dataStart: number } {
  const head = new Uint8Array(Math.min(size, 64));
  readFully(fd, head, 0);
  const length = size >= 8 ? Number(new DataView(head.buffer).getBigUint64(0, true)) : 0;
  if (size < 10 || head[8] !== 0x7b /* { */)
    throw new Problem(
      "file-not-safetensors",
      `"${name}" is not a safetensors file but ${fileKind(head)}: use the model's .safetensors version.`,
    );
  if (length > MAX_HEADER_BYTES || length < 2)
    throw new Problem(
      "file-header-invalid",
      `"${name}" claims a header of ${length} bytes, where 2 to ${MAX_HEADER_BYTES} are allowed: download it again from a source you trust.`,
    );
  if (8 + length > size)
    throw new Problem(
      "file-truncated",
      `"${name}" ends after ${size} bytes, inside its header of ${length} bytes: download it again.`,
    );
  const bytes = new Uint8Array(length);
  if (readFully(fd, bytes, 8) !== length)
    throw new Problem("file-changed", `"${name}" was changed while it was open: start the picture again.`);
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), dataStart: 8 + length };
  } catch {
    throw invalid(name, "is not UTF-8 text");
  }
}

/** Where a header stands: the names for messages and refs, and the limits that it must keep. */
export interface Place {
  readonly name: string;
  readonly file: string;
  readonly dataStart: number;
  readonly size: number;
  /** See `WeightRef`. */
  readonly stamp?: string;
}

/** The tensors by key, and the text metadata. Throws Problem "file-header-invalid", "file-truncated", "model-unsupported". */
export function parseHeader(
  text: string,
  place: Place,
): { refs: Map<string, WeightRef>; metadata: Map<string, string> } {
  let header: unknown;
  try {
    header = parseJson(text, LIMITS);
  } catch (error) {
    throw invalid(place.name, error instanceof JsonLimitError ? error.message : "is not valid JSON");
  }
  if (!isRecord(header)) throw invalid(place.name, "is not an object");
  const count = Object.keys(header).length;
  if (count > MAX_TENSORS) throw invalid(place.name, `names ${count} tensors, where ${MAX_TENSORS} are allowed`);
  const refs = new Map<string, WeightRef>();
  const metadata = new Map<string, string>();
  for (const [key, entry] of Object.entries(header)) {
    if (key !== "__metadata__") refs.set(key, parseEntry(key, entry, place));
    else if (!isRecord(entry)) throw invalid(place.name, "has metadata that is not an object");
    else for (const [field, value] of Object.entries(entry)) if (typeof value === "string") metadata.set(field, value);
  }
  checkRanges([...refs.values()], place);
  return { refs, metadata };
}

function parseEntry(key: string, entry: unknown, { name, file, dataStart, size, stamp }: Place): WeightRef {
  const label = `"${key.length > 120 ? `${key.slice(0, 120)}…` : key}"`;
  if (!isRecord(entry)) throw invalid(name, `describes ${label} by something that is not an object`);
  const { dtype, shape, data_offsets: range } = entry;
  if (typeof dtype !== "string") throw invalid(name, `gives ${label} no number format`);
  if (!isCounts(shape)) throw invalid(name, `gives ${label} a shape that is not a list of whole numbers`);
  if (!isCounts(range) || range.length !== 2 || range[0]! > range[1]!)
    throw invalid(name, `gives ${label} no valid byte range`);
  if (!Object.hasOwn(TYPE_BYTES, dtype))
    throw new Problem(
      "model-unsupported",
      `"${name}" stores ${label} as "${dtype.slice(0, 40)}", a number format that this version cannot read: use an fp16, bf16 or fp32 version.`,
    );
  const type = dtype as WeightType;
  // A product beyond 2^53 is not exact, but then it is no file's length either.
  const expected = shape.reduce((a, b) => a * b, TYPE_BYTES[type]);
  const [begin, end] = range as [number, number];
  if (end - begin !== expected)
    throw invalid(name, `gives ${label} ${end - begin} bytes, where ${dtype} [${shape}] takes ${expected}`);
  if (dataStart + end > size)
    throw new Problem(
      "file-truncated",
      `"${name}" ends after ${size} bytes, but its header places ${label} up to byte ${dataStart + end}: download it again.`,
    );
  return { key, type, dims: shape, file, offset: dataStart + begin, byteLength: expected, ...(stamp && { stamp }) };
}

/** Together the tensors must cover the data exactly: no overlap, no hole, nothing after the last. */
function checkRanges(refs: WeightRef[], { name, dataStart, size }: Place): void {
  let end = dataStart;
  for (const ref of refs.sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength)) {
    if (ref.offset < end) throw invalid(name, `lets "${ref.key}" overlap another tensor`);
    if (ref.offset > end) throw invalid(name, `leaves a hole of ${ref.offset - end} bytes before "${ref.key}"`);
    end = ref.offset + ref.byteLength;
  }
  if (end !== size) throw invalid(name, `leaves ${size - end} bytes at the end without a tensor`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function invalid(name: string, what: string): Problem {
  return new Problem(
    "file-header-invalid",
    `"${name}" is damaged or made to mislead: its header ${what}. Download it again from a source you trust.`,
  );
}
