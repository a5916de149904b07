/** The reader of GGUF: what ggml's own package writes, and files that are damaged or made to mislead. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { openWeightFile } from "../../companion/checkpoint/files/weight-file.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { Problem } from "../../shared/problem.ts";
import { temporaryFolder } from "./sample.ts";

const tiny = path.join(__dirname, "../fixtures/gguf/tiny.gguf");
const good = readFileSync(tiny);
const file = path.join(temporaryFolder(), "changed.gguf");
const open = (bytes: Uint8Array) => {
  writeFileSync(file, bytes);
  return openWeightFile(file);
};

test("openWeightFile() reads tensors, the last dimension innermost, and what is said in words and numbers", () => {
  const store = openWeightFile(tiny);
  expect([...store.keys()]).toEqual(["plain", "half", "blocks"]);
  expect(readNumbers(store.find("plain")!)).toEqual({ dims: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) });
  expect(readNumbers(store.find("half")!).dims).toEqual([2, 2, 2]);
  const { dims, data } = readNumbers(store.find("blocks")!);
  expect(dims).toEqual([2, 64]);
  expect(Math.max(...data.map((value, i) => Math.abs(value - (-1 + (2 * i) / 127))))).toBeLessThan(0.005);
  expect(store.metadata.get("general.name")).toBe("A tiny file");
  expect(store.metadata.get("tiny.count")).toBe("7");
});

const at = (text: string) => good.indexOf(text);
const patched = (offset: number, bytes: readonly number[]) => {
  const copy = Uint8Array.from(good);
  copy.set(bytes, offset);
  return copy;
};
const ALL = [255, 255, 255, 255, 255, 255, 255, 255];

test.each([
  ["another version", () => patched(4, [9, 0, 0, 0]), "model-unsupported"],
  ["more tensors than there may be", () => patched(8, ALL), "file-header-invalid"],
  ["more fields than there may be", () => patched(16, ALL), "file-header-invalid"],
  ["a name longer than the file", () => patched(24, [0, 0, 0, 4, 0, 0, 0, 0]), "file-header-invalid"],
  ["a name that is no text", () => patched(32, [0xff, 0xff]), "file-header-invalid"],
  ["too many dimensions", () => patched(at("plain") + 5, [9, 0, 0, 0]), "file-header-invalid"],
  ["a dimension without end", () => patched(at("plain") + 9, ALL), "file-header-invalid"],
  ["an unknown format", () => patched(at("plain") + 25, [200, 0, 0, 0]), "model-unsupported"],
  ["rows that are no whole blocks", () => patched(at("plain") + 25, [8, 0, 0, 0]), "file-header-invalid"],
  ["a place between two steps", () => patched(at("half") + 4 + 4 + 24 + 4, [1, 0]), "file-header-invalid"],
  ["a place in another tensor", () => patched(at("half") + 4 + 4 + 24 + 4, [0, 0]), "file-header-invalid"],
  ["a place behind the file", () => patched(at("half") + 4 + 4 + 24 + 4, [0, 0, 1]), "file-truncated"],
  ["two of one name", () => patched(at("half"), [...Buffer.from("blok")]), undefined],
  ["half of a header", () => good.subarray(0, 100), "file-truncated"],
  ["half of its data", () => good.subarray(0, good.length - 64), "file-truncated"],
] as const)("openWeightFile() refuses %s", (_, make, code) => {
  const opening = () => open(make());
  if (code === undefined) expect(opening().find("blok")).toBeDefined();
  else expect(opening).toThrow(expect.objectContaining({ code }));
});

test("openWeightFile() opens or refuses whatever is changed, and never with anything but a Problem", () => {
  const { randn } = createGenerator(11);
  const random = (count: number) => Math.floor(Math.abs(randn([1]).data[0]!) * 1e6) % count;
  for (let i = 0; i < 400; i++) {
    const copy = Uint8Array.from(good.subarray(0, random(3) === 0 ? random(good.length) : good.length));
    for (let k = 0; k <= random(4); k++) copy[random(copy.length || 1)] = random(256);
    try {
      for (const key of open(copy).keys()) expect(typeof key).toBe("string");
    } catch (error) {
      expect(error).toBeInstanceOf(Problem);
    }
  }
});
