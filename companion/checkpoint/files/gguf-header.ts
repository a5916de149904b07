/**
 * The header of a GGUF file, with nothing in it believed: every length, count, type and byte range is checked against the
 * format's rules (https://github.com/ggml-org/ggml, docs/gguf.md, version 3) and against the file.
 */
import { Problem } from "../../../shared/problem.ts";
import { BLOCK_FORMATS, type BlockFormat } from "../../graph/blocks.ts";
import type { WeightRef, WeightType } from "../../graph/weights.ts";
import { Cursor } from "./cursor.ts";
import type { Header, HeaderPlace } from "./opened-file.ts";

const MAX_TENSORS = 100_000;
/** Language models have some forty. */
const MAX_FIELDS = 10_000;
const MAX_NAME = 1000;
const MAX_DIMS = 4;
const MAX_ALIGNMENT = 2 ** 20;
/** Of a text that is kept; longer ones are passed over. */
const MAX_TEXT = 10_000;

/** ggml.h, enum ggml_type: what a number is alone, and what blocks it lies in. */
const PLAIN: Readonly<Record<number, readonly [WeightType, bytes: number]>> = {
  0: ["F32", 4],
  1: ["F16", 2],
  24: ["I8", 1],
  25: ["I16", 2],
  26: ["I32", 4],
  27: ["I64", 8],
  28: ["F64", 8],
  30: ["BF16", 2],
};
const BLOCKS: Readonly<Record<number, BlockFormat>> = {
  2: "Q4_0",
  3: "Q4_1",
  6: "Q5_0",
  7: "Q5_1",
  8: "Q8_0",
  12: "Q4_K",
  13: "Q5_K",
  14: "Q6_K",
};

/** docs/gguf.md, enum gguf_metadata_value_type: bytes of one, of those that have a fixed number. */
const VALUE_BYTES: Readonly<Record<number, number>> = {
  ...{ 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 },
};
const [TEXT, LIST, U32] = [8, 9, 4];

/** Throws Problem "file-header-invalid", "file-truncated", "model-unsupported". */
export function readGgufHeader(place: HeaderPlace): Header {
  const cursor = new Cursor(place);
  cursor.skip(4); // its mark, "GGUF"
  const version = cursor.u32();
  if (version !== 2 && version !== 3)
    throw new Problem(
      "model-unsupported",
      `"${place.name}" is a GGUF file of version ${version}, where this version reads 2 and 3: use another copy of the model.`,
    );
  const tensors = cursor.count(MAX_TENSORS, "tensors");
  const fields = cursor.count(MAX_FIELDS, "fields");
  const metadata = new Map<string, string>();
  let alignment = 32;
  for (let i = 0; i < fields; i++) {
    const name = cursor.text(MAX_NAME, "a field's name");
    const value = readValue(cursor, cursor.u32());
    if (name === "general.alignment") alignment = alignmentOf(value, cursor);
    else if (value !== undefined) metadata.set(name, String(value));
  }
  const infos = Array.from({ length: tensors }, () => readTensor(cursor));
  const start = Math.ceil(cursor.at / alignment) * alignment;
  const refs = new Map<string, WeightRef>();
  for (const { name, offset, ...info } of infos) {
    if (refs.has(name)) cursor.invalid(`names "${name.slice(0, 120)}" twice`);
    if (offset % alignment !== 0) cursor.invalid(`places "${name.slice(0, 120)}" between two of its steps`);
    const ref = { key: name, ...info, file: place.file, offset: start + offset, stamp: place.stamp };
    if (ref.offset + ref.byteLength > place.size)
      throw new Problem(
        "file-truncated",
        `"${place.name}" ends after ${place.size} bytes, but its header places "${name.slice(0, 120)}" up to byte ${ref.offset + ref.byteLength}: download it again.`,
      );
    refs.set(name, ref);
  }
  refuseOverlaps([...refs.values()], cursor);
  return { refs, metadata, text: cursor.read };
}

/** A text or a number; undefined for a list, which is passed over. */
function readValue(cursor: Cursor, type: number): string | number | undefined {
  if (type === TEXT) return cursor.text(undefined, "a text", MAX_TEXT);
  if (type === U32) return cursor.u32();
  if (type === 6) return cursor.f32();
  if (type !== LIST) {
    cursor.skip(VALUE_BYTES[type] ?? cursor.invalid(`has a value of an unknown kind (${type})`));
    return undefined;
  }
  const of = cursor.u32();
  const length = cursor.count(Number.MAX_SAFE_INTEGER, "entries of a list");
  if (of === TEXT) for (let i = 0; i < length; i++) cursor.text(undefined, "a text", 0);
  else cursor.skip(length * (VALUE_BYTES[of] ?? cursor.invalid(`has a list of an unknown kind (${of})`)));
  return undefined;
}

function alignmentOf(value: unknown, cursor: Cursor): number {
  const fits = typeof value === "number" && value >= 8 && value <= MAX_ALIGNMENT && Number.isInteger(Math.log2(value));
  return fits ? value : cursor.invalid(`aligns its tensors at ${String(value)} bytes`);
}

type Info = Omit<WeightRef, "key" | "file" | "stamp"> & { readonly name: string };

function readTensor(cursor: Cursor): Info {
  const name = cursor.text(MAX_NAME, "a tensor's name");
  const label = `"${name.slice(0, 120)}"`;
  const rank = cursor.u32();
  if (rank > MAX_DIMS) cursor.invalid(`gives ${label} ${rank} dimensions`);
  // The first is the one whose numbers lie next to each other.
  const dims = Array.from({ length: rank }, () =>
    cursor.count(Number.MAX_SAFE_INTEGER, `a dimension of ${label}`),
  ).reverse();
  const elements = dims.reduce((a, b) => a * b, 1);
  const type = cursor.u32();
  const offset = cursor.count(Number.MAX_SAFE_INTEGER, `the place of ${label}`);
  if (!Number.isSafeInteger(8 * elements)) cursor.invalid(`gives ${label} more numbers than a file can hold`);
  const plain = PLAIN[type];
  if (plain) return { name, dims, type: plain[0], offset, byteLength: elements * plain[1] };
  const format = BLOCKS[type];
  if (!format)
    throw new Problem(
      "model-unsupported",
      `"${cursor.name}" stores ${label} in a format of GGUF that this version cannot read (number ${type}): use its Q8_0, Q6_K, Q5_K, Q4_K or Q4_0 version.`,
    );
  const { numbers, bytes } = BLOCK_FORMATS[format];
  if ((dims.at(-1) ?? 0) % numbers !== 0) cursor.invalid(`gives ${label} rows that are no whole blocks of ${numbers}`);
  const encoding = { kind: "blocks", format } as const;
  return { name, dims, type: "U8", offset, byteLength: (elements / numbers) * bytes, encoding };
}

/** Between two tensors lies less than a step. */
function refuseOverlaps(refs: readonly WeightRef[], cursor: Cursor): void {
  let end = 0;
  for (const ref of [...refs].sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength)) {
    if (ref.offset < end) cursor.invalid(`lets "${ref.key.slice(0, 120)}" overlap another tensor`);
    end = ref.offset + ref.byteLength;
  }
}
