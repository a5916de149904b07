/** A network's weights in few bits: made once, and kept in a file, from which sessions map them. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { fingerprintOf } from "../../checkpoint/files/component.ts";
import type { CheckpointStore } from "../../checkpoint/files/safetensors.ts";
import { codesOf, readNumbers } from "../../checkpoint/files/tensor-data.ts";
import { codedOf, layoutOf } from "../../graph/coded.ts";
import { DIALECTS } from "../../graph/dialect.ts";
import type { QuantizedLayer, Quantizer } from "../../graph/graph.ts";
import {
  BLOCK,
  blockedMatrix,
  type NarrowMatrix,
  type NumberFormat,
  type PlacePart,
  quantize,
} from "../../graph/quantize.ts";
import { channelMatrix, quantizeChannels } from "../../graph/quantize-channels.ts";
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
  readonly dims: readonly [out: number, inner: number];
  readonly kind: QuantizedLayer["kind"];
  readonly narrow: NarrowMatrix;
}

/** What is narrowed, and where it lies in a file. */
export interface NarrowPlan {
  readonly parts: readonly Part[];
  readonly bytes: number;
  readonly quantizer: Quantizer;
}

/**
 * Bits: matrices get so many, kernels of convolutions 8 where their rows are whole blocks. "int8": both get 8, by columns, but
 * for the network's sensitive layers. What the file keeps narrow stays otherwise: coded matrices keep their
 * numbers, in the form that can be multiplied by. Without a format nothing else is touched.
 */
export function planNarrow(
  { weights, sensitive = [], build }: Network,
  format: NumberFormat | undefined,
  file: string,
): NarrowPlan {
  const parts = new Map<string, Part>();
  let end = 0;
  const place: PlacePart = (key, type, dims) => {
    const offset = end;
    const byteLength = elementCount(dims) * (type === "F32" ? 4 : 1);
    end = Math.ceil((offset + byteLength) / ALIGNMENT) * ALIGNMENT;
    return { key, type, dims, file, offset, byteLength };
  };
  const keyOf = (ref: WeightRef) => `${ref.file}:${ref.offset}:${ref.byteLength}`;
  const narrowed: Quantizer = (ref, dims, { path, kind }) => {
    const at: PlacePart = (name, type, shape) => place(`${ref.key}/${name}`, type, shape);
    const wide = WIDE.has(ref.type) && !ref.encoding;
    const coded = codedOf(ref);
    if (format === "int8" && (wide || coded) && !sensitive.some((layers) => layers.test(path)))
      return channelMatrix(dims, at);
    if (coded) return codedMatrix(layoutOf(coded), dims, at);
    if (format === undefined || format === "int8" || !wide) return undefined;
    if (kind === "linear") return blockedMatrix(dims, format, at);
    return dims[1] % BLOCK === 0 ? blockedMatrix(dims, 8, at) : undefined;
  };
  const collect: Quantizer = (ref, dims, layer) => {
    const known = parts.get(keyOf(ref));
    if (known) return known.narrow;
    const narrow = narrowed(ref, dims, layer);
    if (narrow) parts.set(keyOf(ref), { ref, dims, kind: layer.kind, narrow });
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
  format: NumberFormat | undefined,
  folder: () => string,
): Promise<Quantizer | undefined> =>
  format || hasCodes(network) ? narrowWeights(network, format, folder()) : undefined;

/**
 * The network's narrow weights, from a file in `folder` that is written where there is none yet. Lets messages in between two
 * weights. Throws Problem "disk-full", "file-changed".
 */
export async function narrowWeights(
  network: Network<CheckpointStore>,
  format: NumberFormat | undefined,
  folder: string,
): Promise<Quantizer> {
  const name = `${fingerprintOf([network.weights.fingerprint, `${VERSION}-${format ?? "kept"}`])}.narrow`;
  const file = path.join(folder, name);
  const { parts, bytes, quantizer } = planNarrow(network, format, file);
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
  } finally {
    to.close();
  }
}

type Numbers = Uint8Array | Int8Array | Float32Array;

/** A weight in its narrow form, in the order in which it lies in the file. */
function numbersOf({ ref, dims: [out, inner], kind, narrow }: Part): (readonly [WeightRef, Numbers])[] {
  if (narrow.kind === "channels") {
    const taps = kind === "conv2d" ? ref.dims[2]! * ref.dims[3]! : 1;
    const { values, scales } = quantizeChannels(readNumbers(ref).data, [out, inner / taps, taps]);
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
