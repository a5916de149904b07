/** A network's weights in few bits: made once, and kept in a file, from which sessions map them. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { Problem } from "../../../shared/problem.ts";
import { fingerprintOf } from "../../checkpoint/files/component.ts";
import type { CheckpointStore } from "../../checkpoint/files/safetensors.ts";
import { codesOf, readNumbers } from "../../checkpoint/files/tensor-data.ts";
import { codedOf, layoutOf } from "../../graph/coded.ts";
import type { QuantizedLayer, Quantizer } from "../../graph/graph.ts";
import { PHASE_TAPS, phaseKernels } from "../../graph/phases.ts";
import { type NumberFormat, quantize } from "../../graph/quantize.ts";
import { quantizeChannels } from "../../graph/quantize-channels.ts";
import { repack } from "../../graph/repack.ts";
import type { WeightRef } from "../../graph/weights.ts";
import type { Network } from "../../opening/network.ts";
import { hasCodes, type NarrowPart, type NarrowPlan, planNarrow } from "../../opening/plan-narrow.ts";
import { createFile } from "../../runtime/scratch.ts";
import { appendPacked, areKeptPacked, packedBytes, readPacked } from "./packed-matrices.ts";

/** Part of the files' names, to be raised when their contents would differ. */
const VERSION = 2;
/** Bytes that the files of a folder may have together; those that were not used for longest go first. */
const CAP = { least: 12 * 2 ** 30, most: 96 * 2 ** 30 } as const;

/**
 * A fourth of what they and nothing else would have on the disk, within bounds. Parts of one model must not take each other's
 * place: Qwen-Image's transformer alone has 21 GB in 8 bits, and its text encoder 8. `free`, `held`: bytes.
 */
export const narrowCap = (free: number, held: number): number =>
  Math.min(Math.max((free + held) / 4, CAP.least), CAP.most);

/** How a network's weights are narrowed; undefined: not at all. Throws as `narrowWeights`. */
export const quantizerFor = async (
  network: Network<CheckpointStore>,
  format: NumberFormat | undefined,
  folder: () => string,
): Promise<Quantizer | undefined> =>
  format || hasCodes(network) ? narrowWeights(network, format, folder()) : undefined;

/**
 * The network's narrow weights, from a file in `folder` that is written where there is none yet. Lets messages in between two
 * weights. `packedFrom`: bytes of matrices of whole numbers from which on they are kept packed, too. Throws Problem "disk-full",
 * "file-changed".
 */
export async function narrowWeights(
  network: Network<CheckpointStore>,
  format: NumberFormat | undefined,
  folder: string,
  packedFrom?: number,
): Promise<Quantizer> {
  const name = `${fingerprintOf([network.weights.fingerprint, `${VERSION}-${format ?? "kept"}`])}.narrow`;
  const file = path.join(folder, name);
  const plan = planNarrow(network, format, file);
  const matrices = plan.parts.flatMap(({ narrow }) => (narrow.kind === "channels" ? [narrow.values] : []));
  const kept = { ...plan, packed: areKeptPacked(matrices, packedFrom) ? matrices : [] };
  const known = existsSync(file) ? quantizerFrom(kept, file) : undefined;
  if (known) {
    utimesSync(file, new Date(), new Date());
    return known;
  }
  mkdirSync(folder, { recursive: true });
  makeRoom(folder, plan.bytes + packedBytes(kept.packed));
  const unfinished = `${file}.${process.pid}`;
  try {
    await write(unfinished, kept);
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
  const written = quantizerFrom(kept, file);
  if (!written)
    throw new Problem("file-changed", `"${name}" was changed while it was written: start the picture again.`);
  return written;
}

interface KeptPlan extends NarrowPlan {
  /** Matrices that lie in the file packed, too. */
  readonly packed: readonly WeightRef[];
}

/** The plan's quantizer, with what its file has packed; undefined where that is not whole. */
function quantizerFrom({ bytes, quantizer, packed: matrices }: KeptPlan, file: string): Quantizer | undefined {
  if (matrices.length === 0) return statSync(file).size === bytes ? quantizer : undefined;
  const packed = readPacked(file, bytes);
  if (!packed) return undefined;
  const withPacked = (narrow: ReturnType<Quantizer>) => {
    const form = narrow?.kind === "channels" && packed.get(narrow.values.offset);
    return form ? { ...narrow, values: { ...narrow.values, packed: form } } : narrow;
  };
  return (...layer) => withPacked(quantizer(...layer));
}

async function write(file: string, { parts, bytes, packed }: KeptPlan): Promise<void> {
  const to = createFile(file);
  let last: WeightRef | undefined;
  try {
    for (const part of parts) {
      for (const [ref, numbers] of numbersOf(part)) {
        to.write(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), ref.offset);
        last = ref;
      }
      await setImmediate();
    }
    // The last part's padding, so that the size tells a whole file.
    if (last) to.write(new Uint8Array(bytes - last.offset - last.byteLength), last.offset + last.byteLength);
    if (packed.length > 0) await appendPacked(to, file, { matrices: packed, bytes });
  } finally {
    to.close();
  }
}

type Numbers = Uint8Array | Int8Array | Float32Array;

/** A weight in its narrow form, in the order in which it lies in the file. */
function numbersOf({ ref, dims: [out, inner], layer, narrow }: NarrowPart): (readonly [WeightRef, Numbers])[] {
  if (narrow.kind === "channels") {
    const { weights, taps } = matrixOf(ref, layer);
    const { values, scales } = quantizeChannels(weights, [out, inner / taps, taps], narrow.rotation);
    return [
      [narrow.values, values],
      [narrow.scales, scales],
    ];
  }
  const coded = codedOf(ref);
  const { values, scales, zeros, offsets } = coded
    ? repack(codesOf(ref, coded), ref.dims[0]!, layoutOf(coded))
    : quantize(readNumbers(ref).data, inner, narrow.bits);
  return [
    [narrow.values, values],
    [narrow.scales, scales],
    [narrow.zeros, zeros],
    ...(offsets && narrow.offsets ? [[narrow.offsets, offsets] as const] : []),
  ];
}

/** A layer's numbers as they are rounded by columns, and how many taps of a channel lie in a row. */
function matrixOf(ref: WeightRef, { kind, phase }: QuantizedLayer) {
  const weights = readNumbers(ref).data;
  if (phase !== undefined) return { weights: phaseKernels(weights, phase), taps: PHASE_TAPS };
  return { weights, taps: kind === "conv2d" ? ref.dims[2]! * ref.dims[3]! : 1 };
}

/** Removes what was not used for longest, until `bytes` more are within the cap; and what a process left unfinished. */
function makeRoom(folder: string, bytes: number): void {
  const files = readdirSync(folder)
    .filter((name) => name.includes(".narrow"))
    .map((name) => ({ place: path.join(folder, name), ...pick(statSync(path.join(folder, name))) }))
    .sort((a, b) => b.used - a.used);
  const { bavail, bsize } = statfsSync(folder);
  const cap = narrowCap(
    bavail * bsize,
    files.reduce((sum, { size }) => sum + size, 0),
  );
  let total = bytes;
  for (const { place, size } of files) {
    total += size;
    if (total > cap || !place.endsWith(".narrow")) rmSync(place, { force: true });
  }
}

const pick = ({ size, mtimeMs }: { size: number; mtimeMs: number }) => ({ size, used: mtimeMs });
