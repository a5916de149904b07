/** Looks through all numbers of a file's tensors, without keeping them. */
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import { watchFiles } from "../../graph/file-stamp.ts";
import type { WeightRef, WeightStore, WeightType } from "../../graph/weights.ts";
import { attempt, readFully } from "./files.ts";

/** The bits that are all set in NaN and the infinities (IEEE 754; of E4M3, which has no infinities, in NaN). */
interface Format {
  readonly view: (buffer: ArrayBuffer, length: number) => ArrayLike<number>;
  readonly mask: number;
}
const u8 = (buffer: ArrayBuffer, length: number) => new Uint8Array(buffer, 0, length);
const u16 = (buffer: ArrayBuffer, length: number) => new Uint16Array(buffer, 0, length / 2);
const u32 = (buffer: ArrayBuffer, length: number) => new Uint32Array(buffer, 0, length / 4);
/** Little-endian: the upper half of each number, with its exponent, comes second. */
const upper = (buffer: ArrayBuffer, length: number) => u32(buffer, length).filter((_, i) => i % 2 === 1);
const FORMATS: Partial<Record<WeightType, Format>> = {
  F64: { view: upper, mask: 0x7ff00000 },
  F32: { view: u32, mask: 0x7f800000 },
  BF16: { view: u16, mask: 0x7f80 },
  F16: { view: u16, mask: 0x7c00 },
  F8_E5M2: { view: u8, mask: 0x7c },
  F8_E4M3: { view: u8, mask: 0x7f },
};

/** A multiple of every number's bytes. */
const PIECE_BYTES = 16 * 2 ** 20;

/**
 * Reads every tensor of `stores`, in pieces; how many bytes it was. Whole numbers are passed over. Throws Problem
 * "weights-not-finite" naming the tensor, "file-changed", "file-unreadable".
 */
export async function scanNumbers(stores: readonly WeightStore[]): Promise<number> {
  const refs = stores.flatMap((store) => [...store.keys()].map((key) => store.find(key)!));
  // Networks share tensors, and files hold them in any order.
  const places = new Map(refs.map((ref) => [`${ref.file}\n${ref.offset}\n${ref.byteLength}`, ref]));
  const verify = watchFiles(refs);
  const piece = new ArrayBuffer(PIECE_BYTES);
  let bytes = 0;
  for (const ref of [...places.values()].sort((a, b) => a.offset - b.offset)) {
    const format = FORMATS[ref.type];
    if (format) scanTensor(ref, format, piece);
    bytes += ref.byteLength;
    await new Promise(setImmediate);
  }
  verify();
  return bytes;
}

function scanTensor(ref: WeightRef, { view, mask }: Format, piece: ArrayBuffer): void {
  const name = path.basename(ref.file);
  const fd = attempt(name, () => openSync(ref.file, "r"));
  try {
    for (let done = 0; done < ref.byteLength; ) {
      const wanted = Math.min(PIECE_BYTES, ref.byteLength - done);
      const bytes = new Uint8Array(piece, 0, wanted);
      if (attempt(name, () => readFully(fd, bytes, ref.offset + done)) < wanted)
        throw new Problem("file-changed", `"${name}" became shorter while it was read: run this again.`);
      const numbers = view(piece, wanted);
      for (let i = 0; i < numbers.length; i++)
        if ((numbers[i]! & mask) === mask)
          throw new Problem(
            "weights-not-finite",
            `"${name}" holds NaN or an infinity in "${ref.key}": it is damaged, or its maker's training failed; download it again, or choose another.`,
          );
      done += wanted;
    }
  } finally {
    closeSync(fd);
  }
}
