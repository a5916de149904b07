/** A network's weights in few bits: made once, and kept in a file, from which sessions map them. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { fingerprintOf } from "../../checkpoint/files/component.ts";
import type { CheckpointStore } from "../../checkpoint/files/safetensors.ts";
import { codesOf, readNumbers } from "../../checkpoint/files/tensor-data.ts";
import { codedOf, layoutOf } from "../../graph/coded.ts";
import { DIALECTS } from "../../graph/dialect.ts";
import type { Quantizer } from "../../graph/graph.ts";
import { type Bits, BLOCK, type NarrowMatrix, narrowMatrix, type PlacePart, quantize } from "../../graph/quantize.ts";
import { codedMatrix, repack } from "../../graph/repack.ts";
import { type WeightRef, Weights } from "../../graph/weights.ts";
import type { Network } from "../../opening/network.ts";
import { createFile } from "../../runtime/scratch.ts";
import { elementCount } from "../../tensor.ts";

/** Part of the files' names, to be raised when their contents would differ. */
const VERSION = 1;
/** Bytes that the files of a folder may have together; those that were not used for longest go first. */
const CAP = 12 * 2 ** 30;
/** Maps are by pages. */
const ALIGNMENT = 64;

const WIDE: ReadonlySet<WeightRef["type"]> = new Set(["F64", "F32", "F16", "BF16"]);

/** A weight, and where its narrow form lies. */
interface Part {
  readonly ref: WeightRef;
  readonly width: number;
  readonly narrow: NarrowMatrix;
}

/** What is narrowed, and where it lies in a file. */
export interface NarrowPlan {
  readonly parts: readonly Part[];
  readonly bytes: number;
  readonly quantizer: Quantizer;
}

/**
 * Matrices get `bits`, kernels of convolutions 8 where their rows are whole blocks. What the file keeps narrow stays: coded
 * matrices keep their numbers, in the form that can be multiplied by. Without `bits` nothing else is touched.
 */
export function planNarrow({ weights, build }: Network, bits: Bits | undefined, file: string): NarrowPlan {
  const parts = new Map<string, Part>();
  let end = 0;
  const place = (key: string, type: "U8" | "F32", dims: readonly number[]): WeightRef => {
    const offset = end;
    const byteLength = elementCount(dims) * (type === "F32" ? 4 : 1);
    end = Math.ceil((offset + byteLength) / ALIGNMENT) * ALIGNMENT;
    return { key, type, dims, file, offset, byteLength };
  };
  const keyOf = (ref: WeightRef) => `${ref.file}:${ref.offset}:${ref.byteLength}`;
  const collect: Quantizer = (ref, dims, kind) => {
    const key = keyOf(ref);
    const known = parts.get(key);
    if (known) return known.narrow;
    const coded = codedOf(ref);
    const at: PlacePart = (name, type, shape) => place(`${ref.key}/${name}`, type, shape);
    const narrow = coded
      ? codedMatrix(layoutOf(coded), dims, at)
      : bits && WIDE.has(ref.type) && !ref.encoding && (kind === "linear" || dims[1] % BLOCK === 0)
        ? narrowMatrix(dims, kind === "linear" ? bits : 8, at)
        : undefined;
    if (narrow) parts.set(key, { ref, width: dims[1], narrow });
    return narrow;
  };
  build(new Weights(weights), { dialect: DIALECTS.cpu, quantizer: collect });
  return { parts: [...parts.values()], bytes: end, quantizer: (ref) => parts.get(keyOf(ref))?.narrow };
}

/** Whether a file keeps weights as codes, which have to be rearranged to be multiplied by. */
export function hasCodes({ weights }: Pick<Network, "weights">): boolean {
  for (const key of weights.keys()) if (codedOf(weights.find(key)!)) return true;
  return false;
}

/** How a network's weights are narrowed; undefined: not at all. Throws as `narrowWeights`. */
export const quantizerFor = async (
  network: Network<CheckpointStore>,
  bits: Bits | undefined,
  folder: () => string,
): Promise<Quantizer | undefined> => (bits || hasCodes(network) ? narrowWeights(network, bits, folder()) : undefined);

/**
 * The network's narrow weights, from a file in `folder` that is written where there is none yet. Lets messages in between two
 * weights. Throws Problem "disk-full", "file-changed".
 */
export async function narrowWeights(
  network: Network<CheckpointStore>,
  bits: Bits | undefined,
  folder: string,
): Promise<Quantizer> {
  const name = `${fingerprintOf([network.weights.fingerprint, `${VERSION}-${bits ?? "kept"}`])}.narrow`;
  const file = path.join(folder, name);
  const { parts, bytes, quantizer } = planNarrow(network, bits, file);
  if (existsSync(file) && statSync(file).size === bytes) {
    utimesSync(file, new Date(), new Date());
    return quantizer;
  }
  mkdirSync(folder, { recursive: true });
  makeRoom(folder, bytes);
  const unfinished = `${file}.${process.pid}`;
  try {
    await write(createFile(unfinished), parts, bytes);
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return quantizer;
}

async function write(to: ReturnType<typeof createFile>, parts: readonly Part[], bytes: number): Promise<void> {
  try {
    for (const { ref, width, narrow } of parts) {
      const coded = codedOf(ref);
      const { values, scales, zeros, offsets } = coded
        ? repack(codesOf(ref, coded), ref.dims[0]!, layoutOf(coded))
        : quantize(readNumbers(ref).data, width, narrow.bits);
      to.write(values, narrow.values.offset);
      to.write(new Uint8Array(scales.buffer), narrow.scales.offset);
      to.write(zeros, narrow.zeros.offset);
      if (offsets) to.write(new Uint8Array(offsets.buffer), narrow.offsets!.offset);
      await setImmediate();
    }
    // The last part's padding, so that the size tells a whole file.
    const last = lastOf(parts);
    if (last) to.write(new Uint8Array(bytes - last.offset - last.byteLength), last.offset + last.byteLength);
  } finally {
    to.close();
  }
}

/** What lies last. */
const lastOf = (parts: readonly Part[]): WeightRef | undefined => {
  const last = parts.at(-1)?.narrow;
  return last?.offsets ?? last?.zeros;
};

/** Removes what was not used for longest, until `bytes` more are within the cap; and what a process left unfinished. */
function makeRoom(folder: string, bytes: number): void {
  const files = readdirSync(folder)
    .filter((name) => name.includes(".narrow"))
    .map((name) => ({ place: path.join(folder, name), ...pick(statSync(path.join(folder, name))) }))
    .sort((a, b) => b.used - a.used);
  let total = bytes;
  for (const { place, size } of files) {
    total += size;
    if (total > CAP || !place.endsWith(".narrow")) rmSync(place, { force: true });
  }
}

const pick = ({ size, mtimeMs }: { size: number; mtimeMs: number }) => ({ size, used: mtimeMs });
