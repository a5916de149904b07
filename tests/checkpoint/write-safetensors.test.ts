import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { writeSafetensors } from "../../companion/checkpoint/files/write-safetensors.ts";
import type { AnyTensor } from "../../companion/tensor.ts";

test("writeSafetensors() → openSafetensors() is the identity, views into larger buffers included", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "underpaint-write-"));
  try {
    const long = Float32Array.from({ length: 10 }, (_, i) => i / 3);
    const tensors = new Map<string, AnyTensor>([
      ["floats", { type: "float32", dims: [2, 3], data: long.subarray(2, 8) }],
      ["ids", { type: "int64", dims: [1, 2], data: BigInt64Array.of(-1n, 49407n) }],
      ["müßig", { type: "uint8", dims: [3], data: Uint8Array.of(1, 2, 3) }],
      ["nothing", { type: "int32", dims: [0], data: new Int32Array() }],
    ]);
    const file = path.join(folder, "t.safetensors");
    await writeSafetensors(file, tensors);
    const read = openSafetensors(file);
    expect([...read.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, { dims, data }] of tensors) {
      expect(read.find(name)!.dims).toEqual(dims);
      expect([...read.read(name)]).toEqual([...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
