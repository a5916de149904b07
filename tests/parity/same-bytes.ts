/**
 * Which bytes the cases of this folder gave, by processor: floating point sums depend on the instructions that the runtime
 * picks, so a hash holds for one kind of processor. UNDERPAINT_RECORD_BYTES=1 writes those of this machine.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { version } from "onnxruntime-node/package.json";

const FILE = path.join(__dirname, "../fixtures/parity/bytes.json");
/** What onnxruntime's kernels ask a processor for (onnxruntime/core/mlas/lib/platform.cpp). */
const INSTRUCTIONS = ["avx2", "fma", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8", "asimd", "i8mm"];

type Hashes = Record<string, Record<string, string>>;

const all = (): Hashes => JSON.parse(readFileSync(FILE, "utf8"));

/** Null where the processor does not say what it can do. */
function processor(): string | null {
  if (!existsSync("/proc/cpuinfo")) return null;
  const flags = new Set(
    readFileSync("/proc/cpuinfo", "utf8")
      .match(/^(?:flags|Features)\s*:(.*)$/m)?.[1]
      ?.split(" "),
  );
  const known = INSTRUCTIONS.filter((name) => flags.has(name));
  return `${known.join(" ")}, ${availableParallelism()} threads, onnxruntime ${version}`;
}

/** The hashes that were recorded on a processor like this one. Undefined: none were. */
export function recordedBytes(): Readonly<Record<string, string>> | undefined {
  const key = processor();
  return key === null ? undefined : all()[key];
}

/** Of the finished PNG's pixels, as they lie compressed in it, and of the picture's numbers before they became pixels. */
export function hashOf(png: Uint8Array, image: Float32Array | BigInt64Array): string {
  const hash = createHash("sha256");
  const view = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  for (let at = 8; at < view.length; at += 12 + view.readUInt32BE(at))
    if (view.toString("latin1", at + 4, at + 8) === "IDAT")
      hash.update(view.subarray(at + 8, at + 8 + view.readUInt32BE(at)));
  return hash
    .update(new Uint8Array(image.buffer, image.byteOffset, image.byteLength))
    .digest("hex")
    .slice(0, 32);
}

export function recordBytes(hashes: ReadonlyMap<string, string>): void {
  const key = processor();
  if (key === null) throw new Error("This processor does not say what it can do: its bytes cannot be recorded.");
  const sorted = Object.fromEntries([...hashes].sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(FILE, `${JSON.stringify({ ...all(), [key]: { ...all()[key], ...sorted } }, null, 1)}\n`);
}
