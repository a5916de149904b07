import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { MAX_HEADER_BYTES, MAX_TENSORS, parseHeader } from "../../companion/checkpoint/files/safetensors-header.ts";
import { stampOf } from "../../companion/graph/file-stamp.ts";
import type { WeightRef } from "../../companion/graph/weights.ts";
import { Problem } from "../../shared/problem.ts";
import { attempted } from "../attempted.ts";
import { headerOf, temporaryFolder, writeRaw, writeSample } from "./sample.ts";

const folder = temporaryFolder();
const file = path.join(folder, "x.safetensors");
const tensors = {
  a: { shape: [2, 3] },
  "b.weight": { dtype: "F32", shape: [4] },
  empty: { dtype: "I64", shape: [0, 7] },
};
const AGAIN = "Download it again from a source you trust.";

/** The refusal of a file with this header and so many bytes of data. */
const refusal = (header: unknown, dataBytes: number): Problem => {
  writeRaw(file, typeof header === "string" ? header : JSON.stringify(header), dataBytes);
  return attempted(() => openSafetensors(file));
};
const entry = (dtype: unknown, shape: unknown, data_offsets: unknown) => ({ dtype, shape, data_offsets });

describe("openSafetensors()", () => {
  test("says where each tensor lies", () => {
    writeSample(file, tensors, { format: "pt" });
    const store = openSafetensors(file);
    const dataStart = store.size - 28;
    expect([...store.keys()]).toEqual(["a", "b.weight", "empty"]);
    expect(store.find("b.weight")).toEqual({
      stamp: stampOf(statSync(file)),
      key: "b.weight",
      type: "F32",
      dims: [4],
      file,
      offset: dataStart + 12,
      byteLength: 16,
    });
    expect(store.find("empty")).toMatchObject({ dims: [0, 7], byteLength: 0 });
    expect(store.find("c")).toBeUndefined();
    expect(store.origin).toBe("x.safetensors");
    expect(store.metadata.get("format")).toBe("pt");
    store.verifyUnchanged();
  });

  test("reads the bytes of a tensor", () => {
    const { header } = headerOf({ a: { dtype: "U8", shape: [3] }, b: { dtype: "U8", shape: [2] } });
    writeRaw(file, JSON.stringify(header), 0);
    appendFileSync(file, Buffer.from([1, 2, 3, 4, 5]));
    const store = openSafetensors(file);
    expect([...store.read("a")]).toEqual([1, 2, 3]);
    expect([...store.read("b")]).toEqual([4, 5]);
    expect(attempted(() => store.read("c"))).toMatchObject({
      code: "weights-missing",
      message: '"x.safetensors" lacks the tensor "c": the file is incomplete.',
    });
  });

  test("allows tensors in any order in the header, and spaces behind it", () => {
    const { header, dataBytes } = headerOf(tensors);
    const turned = Object.fromEntries(Object.entries(header).reverse());
    writeRaw(file, `${JSON.stringify(turned)}       `, dataBytes);
    expect([...openSafetensors(file).keys()]).toEqual(["empty", "b.weight", "a"]);
  });

  test("keeps keys that are names of object properties apart from them", () => {
    writeRaw(
      file,
      '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"toString":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}',
      1,
    );
    const store = openSafetensors(file);
    expect([...store.keys()]).toEqual(["__proto__", "toString"]);
    expect(store.find("constructor")).toBeUndefined();
  });
});

describe("openSafetensors() refuses", () => {
  test.each([
    [
      "a torch pickle",
      Buffer.from("\x80\x02}q\x00(X\x05", "latin1"),
      "a pickle (.ckpt or .pt), which can run code when it is opened",
    ],
    [
      "a torch zip",
      Buffer.from("PK\x03\x04\x00\x00\x08\x08\x00\x00archive/data.pkl", "latin1"),
      "a PyTorch pickle (.ckpt or .pt), which can run code when it is opened",
    ],
    ["a zip", Buffer.from("PK\x03\x04________________"), "a zip archive"],
    ["a GGUF file", Buffer.from("GGUF\x03\x00\x00\x00________"), "a GGUF file"],
    ["a web page", Buffer.from("<!DOCTYPE html><html><head>"), "a web page (the download failed)"],
    [
      "a Git LFS pointer",
      Buffer.from("version https://git-lfs.github.com/spec/v1\n"),
      "a Git LFS pointer (the real file was never downloaded)",
    ],
    ["zeros", Buffer.alloc(1000), "only zeros at its start (the download broke off)"],
    ["an empty file", Buffer.alloc(0), "empty"],
    ["anything else", Buffer.from("hello, this is not a model"), "something else"],
  ])("%s by what it is", (_, bytes, kind) => {
    writeFileSync(file, bytes);
    expect(attempted(() => openSafetensors(file))).toMatchObject({
      code: "file-not-safetensors",
      message: `"x.safetensors" is not a safetensors file but ${kind}: use the model's .safetensors version.`,
    });
  });

  test("a header longer than any, without reading it", () => {
    const head = Buffer.alloc(16, "{");
    head.writeBigUInt64LE(100n * 1024n * 1024n);
    writeFileSync(file, head);
    truncateSync(file, 200 * 1024 * 1024);
    const before = process.memoryUsage().rss;
    expect(attempted(() => openSafetensors(file))).toMatchObject({
      code: "file-header-invalid",
      message: `"x.safetensors" claims a header of 104857600 bytes, where 2 to ${MAX_HEADER_BYTES} are allowed: download it again from a source you trust.`,
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    head.writeBigUInt64LE(2n ** 64n - 1n);
    writeFileSync(file, head);
    expect(attempted(() => openSafetensors(file)).code).toBe("file-header-invalid");
  });

  test("a file that ends inside its header", () => {
    writeSample(file, tensors);
    truncateSync(file, 60);
    expect(attempted(() => openSafetensors(file))).toMatchObject({
      code: "file-truncated",
      message: expect.stringMatching(
        /^"x.safetensors" ends after 60 bytes, inside its header of \d+ bytes: download it again\.$/,
      ),
    });
  });

  test("a file that ends inside a tensor", () => {
    writeSample(file, tensors);
    const { size } = openSafetensors(file);
    truncateSync(file, size - 1);
    expect(attempted(() => openSafetensors(file))).toMatchObject({
      code: "file-truncated",
      message: `"x.safetensors" ends after ${size - 1} bytes, but its header places "b.weight" up to byte ${size}: download it again.`,
    });
  });

  test("a number format that it does not know, by name", () => {
    expect(refusal({ a: entry("F4", [2], [0, 1]) }, 1)).toMatchObject({
      code: "model-unsupported",
      message:
        '"x.safetensors" stores "a" as "F4", a number format that this version cannot read: use an fp16, bf16 or fp32 version.',
    });
  });

  test.each([
    [
      "bytes that do not match the shape",
      { a: entry("F16", [2, 3], [0, 10]) },
      10,
      'gives "a" 10 bytes, where F16 [2,3] takes 12',
    ],
    [
      "a product beyond any file",
      { a: entry("F32", [2 ** 40, 2 ** 40], [0, 8]) },
      8,
      'gives "a" 8 bytes, where F32 [1099511627776,1099511627776] takes 4.835703278458517e+24',
    ],
    [
      "overlapping tensors",
      { a: entry("U8", [4], [0, 4]), b: entry("U8", [4], [2, 6]) },
      6,
      'lets "b" overlap another tensor',
    ],
    [
      "the same bytes twice",
      { a: entry("U8", [4], [0, 4]), b: entry("U8", [4], [0, 4]) },
      4,
      'lets "b" overlap another tensor',
    ],
    ["a hole", { a: entry("U8", [1], [0, 1]), b: entry("U8", [1], [5, 6]) }, 6, 'leaves a hole of 4 bytes before "b"'],
    ["bytes behind the last tensor", { a: entry("U8", [1], [0, 1]) }, 9, "leaves 8 bytes at the end without a tensor"],
    [
      "a negative dimension",
      { a: entry("U8", [-1], [0, 1]) },
      1,
      'gives "a" a shape that is not a list of whole numbers',
    ],
    [
      "a fractional dimension",
      { a: entry("U8", [1.5], [0, 1]) },
      1,
      'gives "a" a shape that is not a list of whole numbers',
    ],
    [
      "a shape that is no list",
      { a: entry("U8", "1", [0, 1]) },
      1,
      'gives "a" a shape that is not a list of whole numbers',
    ],
    ["a range that runs backwards", { a: entry("U8", [1], [1, 0]) }, 1, 'gives "a" no valid byte range'],
    ["a range of three", { a: entry("U8", [1], [0, 1, 2]) }, 1, 'gives "a" no valid byte range'],
    ["a negative range", { a: entry("U8", [1], [-1, 0]) }, 1, 'gives "a" no valid byte range'],
    ["no number format", { a: entry(undefined, [1], [0, 1]) }, 1, 'gives "a" no number format'],
    ["a tensor that is a number", { a: 7 }, 1, 'describes "a" by something that is not an object'],
    ["a list for a header", "[1,2,3]", 0, undefined],
    ["metadata that is a list", { __metadata__: [] }, 0, "has metadata that is not an object"],
    ["broken JSON", '{"a":{"dtype":"U8"', 0, "is not valid JSON"],
    ["a deeply nested value", `{"a":${"[".repeat(9000)}${"]".repeat(9000)}}`, 0, "is nested too deeply"],
    ["deeply nested JSON", `{"a":${"[".repeat(100_000)}`, 0, "is nested too deeply"],
  ])("%s", (_, header, dataBytes, what) => {
    const problem = refusal(header, dataBytes);
    if (what === undefined) expect(problem.code).toBe("file-not-safetensors");
    else
      expect(problem).toMatchObject({
        code: "file-header-invalid",
        message: `"x.safetensors" is damaged or made to mislead: its header ${what}. ${AGAIN}`,
      });
  });

  test("more tensors than any model has", () => {
    const names = Array.from({ length: MAX_TENSORS + 1 }, (_, i) => `"${i}":0`);
    expect(refusal(`{${names}}`, 0).message).toContain("its header names 100001 tensors, where 100000 are allowed.");
  });

  test("text that is not UTF-8", () => {
    writeRaw(file, Buffer.from('{"\xff\xfe":1}', "latin1"), 0);
    expect(attempted(() => openSafetensors(file)).message).toContain("its header is not UTF-8 text");
  });

  test("a file that does not exist, a folder, a pipe, a name with a zero", () => {
    expect(attempted(() => openSafetensors(path.join(folder, "none")))).toMatchObject({
      code: "model-not-found",
      message: 'There is no file "none": check the name, or choose another model.',
    });
    expect(attempted(() => openSafetensors(folder)).code).toBe("file-not-safetensors");
    expect(attempted(() => openSafetensors("a\0b")).code).toBe("model-not-found");
    if (process.platform !== "win32") {
      execFileSync("mkfifo", [path.join(folder, "pipe.safetensors")]);
      expect(attempted(() => openSafetensors(path.join(folder, "pipe.safetensors")))).toMatchObject({
        code: "file-not-safetensors",
        message: '"pipe.safetensors" is not a file: choose a .safetensors file.',
      });
    }
  });

  test("a link that leads out of the models folders, and follows one inside", () => {
    const models = path.join(folder, "models");
    mkdirSync(models);
    writeSample(file, tensors);
    writeSample(path.join(models, "real.safetensors"), tensors);
    symlinkSync(file, path.join(models, "out.safetensors"));
    symlinkSync("real.safetensors", path.join(models, "in.safetensors"));
    const within = [models];
    expect(attempted(() => openSafetensors(path.join(models, "out.safetensors"), { within }))).toMatchObject({
      code: "file-outside-models",
      message:
        '"out.safetensors" leads out of the models folders: copy the file itself into one of them, or add the folder that it lies in with --models.',
    });
    expect(openSafetensors(path.join(models, "in.safetensors"), { within }).path).toBe(
      path.join(models, "real.safetensors"),
    );
    expect(attempted(() => openSafetensors(file, { within: [path.join(folder, "none")] })).code).toBe(
      "file-outside-models",
    );
  });
});

test("verifyUnchanged() notices a file that was replaced, rewritten or removed", () => {
  writeSample(file, tensors);
  const replaced = openSafetensors(file);
  unlinkSync(file);
  expect(attempted(() => replaced.verifyUnchanged()).code).toBe("model-not-found");
  writeSample(file, tensors);
  utimesSync(file, new Date(1e12), new Date(1e12));
  expect(attempted(() => replaced.verifyUnchanged())).toMatchObject({
    code: "file-changed",
    message: '"x.safetensors" was changed while it was open: start the picture again.',
  });
  const rewritten = openSafetensors(file);
  truncateSync(file, 50);
  expect(attempted(() => rewritten.verifyUnchanged()).code).toBe("file-changed");
  expect(attempted(() => rewritten.read("a")).code).toBe("file-changed");
});

test("parseHeader() accepts or refuses whatever 4000 mutations make of a header, and never points outside the file", () => {
  const { header, dataBytes } = headerOf(tensors, { format: "pt" });
  const good = JSON.stringify(header);
  let seed = 1;
  const random = (limit: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % limit;
  };
  const pieces = [
    "9",
    "-",
    "[",
    "]",
    "{",
    "}",
    '"',
    ",",
    "0",
    "1e9",
    "null",
    "F64",
    "ÿ",
    " ",
    ":",
    "99999999999999999999",
  ];
  const outcomes = new Map<string, number>();
  for (let i = 0; i < 4000; i++) {
    let text = good;
    for (let edits = 1 + random(3); edits > 0; edits--) {
      const at = random(text.length);
      text = text.slice(0, at) + pieces[random(pieces.length)] + text.slice(at + random(3));
    }
    const dataStart = 8 + Buffer.byteLength(text);
    const size = dataStart + (random(4) === 0 ? random(60) : dataBytes);
    let outcome = "accepted";
    try {
      const { refs } = parseHeader(text, { name: "x", file: "/x", dataStart, size });
      const outside = ({ offset, byteLength }: WeightRef) => offset < dataStart || offset + byteLength > size;
      if ([...refs.values()].some(outside)) throw new Error(`Points outside the file: ${text}`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      outcome = error.code;
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  expect([...outcomes.keys()].sort()).toEqual([
    "accepted",
    "file-header-invalid",
    "file-truncated",
    "model-unsupported",
  ]);
});
