/**
 * What a kept file has behind its numbers: matrices of whole numbers as the runtime packs them, and at the very end where they lie. A
 * session that finds them there maps them, as it maps the numbers: it takes no memory of its own for them, and opens in half the time.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { cpus } from "node:os";
import { setImmediate } from "node:timers/promises";
import * as v from "valibot";
import { LIGHT_WEIGHTS } from "../../graph/memory.ts";
import type { PackedForm, WeightRef } from "../../graph/weights.ts";
import { RUNTIME_VERSION } from "../../runtime/onnx-runtime.ts";
import { createPacker, PACKED_AT_MOST } from "../../runtime/pack.ts";
import type { NumbersFile } from "../../runtime/scratch.ts";

/** What a map begins at: a whole multiple of so many bytes (of Windows; of others a page, which is less). */
const MAPPED_FROM = 65_536;
/** Digits of the index' length, the last thing in the file. */
const DIGITS = 16;
/** Of an index in bytes, at the most. */
const LONGEST_INDEX = 2 ** 24;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const INDEX = v.object({
  machine: v.string(),
  /** Of the numbers before. */
  bytes: whole,
  /** By the matrix' own offset. */
  matrices: v.array(
    v.tuple([whole, v.object({ key: v.pipe(v.string(), v.regex(/^\w+\+\d+$/)), offset: whole, byteLength: whole })]),
  ),
});

/** What a processor packs depends on its instructions. */
const machine = () => `${cpus()[0]?.model} · ${RUNTIME_VERSION}`;

const bytesOf = (matrices: readonly WeightRef[]) => matrices.reduce((sum, { byteLength }) => sum + byteLength, 0);

/** Bytes of matrices from which on it is worth a copy on the disk. Smaller ones are packed in no time, or not as they lie there. */
export const PACKED_FROM = LIGHT_WEIGHTS / 4;

/** Whether they are kept packed, all together: where the runtime packs them at all. */
export function areKeptPacked(matrices: readonly WeightRef[], least = PACKED_FROM): boolean {
  const bytes = bytesOf(matrices);
  return bytes >= least && bytes <= PACKED_AT_MOST;
}

/** About as many bytes as `appendPacked` writes. */
export const packedBytes = (matrices: readonly WeightRef[]): number =>
  bytesOf(matrices) + MAPPED_FROM * matrices.length;

/** Packs the matrices [K, N] that lie in the first `bytes` of `to`, which is `file`. Throws Problem "disk-full". */
export async function appendPacked(
  to: NumbersFile,
  file: string,
  { matrices, bytes }: { readonly matrices: readonly WeightRef[]; readonly bytes: number },
): Promise<void> {
  const packer = createPacker();
  const found: [number, PackedForm][] = [];
  let end = bytes;
  try {
    for (const matrix of matrices) {
      const packed = await packer.pack({ ...matrix, file });
      if (packed === undefined) continue;
      const form = {
        key: packed.key,
        offset: Math.ceil(end / MAPPED_FROM) * MAPPED_FROM,
        byteLength: packed.bytes.byteLength,
      };
      to.write(packed.bytes, form.offset);
      end = form.offset + form.byteLength;
      found.push([matrix.offset, form]);
      await setImmediate();
    }
  } finally {
    packer.close();
  }
  const index = JSON.stringify({ machine: machine(), bytes, matrices: found } satisfies v.InferOutput<typeof INDEX>);
  to.write(Buffer.from(index + String(Buffer.byteLength(index)).padStart(DIGITS)), end);
}

/** Where packed matrices lie in a file that begins with `bytes` of numbers, by the matrices' offsets; undefined: it is not whole, or not for this machine. */
export function readPacked(file: string, bytes: number): ReadonlyMap<number, PackedForm> | undefined {
  const fd = openSync(file, "r");
  try {
    const { size } = fstatSync(fd);
    const text = (length: number, position: number) => {
      const buffer = Buffer.alloc(length);
      return buffer.toString("utf8", 0, readSync(fd, buffer, 0, length, position));
    };
    const length = Number(text(DIGITS, Math.max(size - DIGITS, 0)));
    const begin = size - DIGITS - length;
    if (!Number.isInteger(length) || length > LONGEST_INDEX || begin < bytes) return undefined;
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), INDEX), text(length, begin));
    if (!read.success || read.output.machine !== machine() || read.output.bytes !== bytes) return undefined;
    const { matrices } = read.output;
    const isInside = ({ offset, byteLength }: PackedForm) => offset >= bytes && offset + byteLength <= begin;
    return matrices.every(([, form]) => isInside(form)) ? new Map(matrices) : undefined;
  } finally {
    closeSync(fd);
  }
}
