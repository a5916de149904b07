import { appendFileSync, statSync, truncateSync } from "node:fs";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { scanNumbers } from "../../companion/checkpoint/files/scan-numbers.ts";
import { headerOf, temporaryFolder, writeRaw } from "./sample.ts";

const folder = temporaryFolder();

/** A file with one tensor of these bytes. */
function file(dtype: string, bytes: Uint8Array, width: number): string {
  const place = path.join(folder, `${dtype}.safetensors`);
  const { header } = headerOf({ ok: { dtype, shape: [2] }, suspect: { dtype, shape: [bytes.length / width] } });
  writeRaw(place, JSON.stringify(header), 2 * width);
  appendFileSync(place, bytes);
  return place;
}
const bytesOf = (numbers: ArrayBufferView) => new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

test.each<[string, number, ArrayBufferView, ArrayBufferView[]]>([
  ["F64", 8, Float64Array.of(1, -1e308, 5e-324), [Float64Array.of(0, Number.NaN), Float64Array.of(-Infinity, 1)]],
  ["F32", 4, Float32Array.of(1, -3e38, 1e-45), [Float32Array.of(0, Number.NaN), Float32Array.of(-Infinity, 1)]],
  ["F16", 2, Uint16Array.of(0x3c00, 0xfbff, 1), [Uint16Array.of(0x7e00), Uint16Array.of(0, 0xfc00)]],
  ["BF16", 2, Uint16Array.of(0x3f80, 0xff7f, 1), [Uint16Array.of(0x7fc0), Uint16Array.of(0, 0xff80)]],
  ["F8_E4M3", 1, Uint8Array.of(0x7e, 0xfe, 0x78), [Uint8Array.of(0x7f), Uint8Array.of(0, 0xff)]],
  ["F8_E5M2", 1, Uint8Array.of(0x7b, 0xfb, 0x01), [Uint8Array.of(0x7d), Uint8Array.of(0, 0xfc)]],
])("scanNumbers() tells finite %s from others", async (dtype, width, finite, others) => {
  expect(await scanNumbers([openSafetensors(file(dtype, bytesOf(finite), width))])).toBe(2 * width + finite.byteLength);
  for (const other of others) {
    const place = file(dtype, bytesOf(other), width);
    await expect(scanNumbers([openSafetensors(place)])).rejects.toMatchObject({
      code: "weights-not-finite",
      message: expect.stringContaining('in "suspect"'),
    });
  }
});

test("scanNumbers() finds a number beyond the first piece, passes over whole numbers, and reads what is shared once", async () => {
  const far = new Uint16Array(9 * 2 ** 20);
  far[far.length - 1] = 0x7e00;
  await expect(scanNumbers([openSafetensors(file("F16", bytesOf(far), 2))])).rejects.toMatchObject({
    code: "weights-not-finite",
  });
  const ids = openSafetensors(file("I64", bytesOf(BigInt64Array.of(-1n, -1n)), 8));
  expect(await scanNumbers([ids, ids])).toBe(32);
});

test("scanNumbers() notices that a file became shorter", async () => {
  const place = file("F32", bytesOf(new Float32Array(100)), 4);
  const store = openSafetensors(place);
  truncateSync(place, statSync(place).size - 40);
  await expect(scanNumbers([store])).rejects.toMatchObject({ code: "file-changed" });
});
