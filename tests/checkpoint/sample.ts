/** Safetensors files made on the spot for tests. */
import { appendFileSync, closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface SampleTensor {
  readonly dtype?: string;
  readonly shape: readonly number[];
}

const BYTES: Readonly<Record<string, number>> = {
  F64: 8,
  I64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U8: 1,
  I8: 1,
};

/** A header that is right, with the tensors one after the other. */
export function headerOf(
  tensors: Readonly<Record<string, SampleTensor>>,
  metadata?: Readonly<Record<string, string>>,
): { header: Record<string, unknown>; dataBytes: number } {
  let offset = 0;
  const entries = Object.entries(tensors).map(([key, { dtype = "F16", shape }]) => {
    const begin = offset;
    offset += shape.reduce((a, b) => a * b, BYTES[dtype]!);
    return [key, { dtype, shape, data_offsets: [begin, offset] }] as const;
  });
  return {
    header: { ...(metadata && { __metadata__: metadata }), ...Object.fromEntries(entries) },
    dataBytes: offset,
  };
}

/** Writes a header and `dataBytes` zeros (a hole in the file: nothing is really written). */
export function writeRaw(file: string, header: string | Uint8Array, dataBytes: number): void {
  const text = typeof header === "string" ? Buffer.from(header) : header;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const fd = openSync(file, "w");
  writeSync(fd, length);
  writeSync(fd, text);
  ftruncateSync(fd, 8 + text.length + dataBytes);
  closeSync(fd);
}

/** A valid file of zeros. */
export function writeSample(
  file: string,
  tensors: Readonly<Record<string, SampleTensor>>,
  metadata?: Readonly<Record<string, string>>,
): void {
  const { header, dataBytes } = headerOf(tensors, metadata);
  writeRaw(file, JSON.stringify(header), dataBytes);
}

/** A folder for one test file; removed when its tests are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "underpaint-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A valid file of real numbers, as their bits. */
export function writeData(
  file: string,
  tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Uint16Array | Uint8Array }>>,
  dtype = "F16",
): void {
  const shapes = Object.entries(tensors).map(([key, { shape }]) => [key, { dtype, shape }] as const);
  writeRaw(file, JSON.stringify(headerOf(Object.fromEntries(shapes)).header), 0);
  for (const { data } of Object.values(tensors))
    appendFileSync(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
