/** ggml's blocks give the numbers of ggml's own package, to the bit: tests/fixtures/gguf/make_gguf.py. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { BLOCK_FORMATS, type BlockFormat, unpackBlocks } from "../../companion/graph/blocks.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { Graph, type Quantizer } from "../../companion/graph/graph.ts";
import { linearNoBias } from "../../companion/graph/layers.ts";
import { codedMatrix, repack } from "../../companion/graph/repack.ts";
import { type WeightRef, Weights } from "../../companion/graph/weights.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";
import { blockNumbers } from "../checkpoint/block-numbers.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { deviation, runGraph } from "../networks/fixture.ts";

const fixture = openSafetensors(path.join(__dirname, "../fixtures/gguf/blocks.safetensors"));
const formats = Object.keys(BLOCK_FORMATS) as BlockFormat[];
const bytesOf = (format: BlockFormat) => fixture.read(`${format}.bytes`);
const expected = (format: BlockFormat) => new Float32Array(fixture.read(`${format}.numbers`).slice().buffer);
const folder = temporaryFolder();

test.each(formats)("blockNumbers() gives ggml's numbers: %s", (format) => {
  const bits = (numbers: Float32Array) => new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const [found, wanted] = [blockNumbers(bytesOf(format), format), expected(format)];
  // Minus zero is zero.
  const different = [...bits(found)].filter(
    (value, i) => value !== bits(wanted)[i] && (found[i] !== 0 || wanted[i] !== 0),
  );
  expect(different).toEqual([]);
});

test.each(formats)("a linear layer multiplies by them as they are: %s", async (format) => {
  // Scales that a product of float32 can hold together.
  const { bytes: size, numbers } = BLOCK_FORMATS[format];
  const [out, inner, rows] = [2, 512, 3];
  const bytes = bytesOf(format).slice();
  const halves = { Q6_K: [208], Q4_1: [0, 2], Q5_1: [0, 2], Q4_K: [0, 2], Q5_K: [0, 2] } as Partial<
    Record<BlockFormat, number[]>
  >;
  for (let at = 0; at < bytes.length; at += size)
    for (const half of halves[format] ?? [0]) bytes.set([(at / size) % 7, 0x2c + (half % 4)], at + half);
  const matrix = blockNumbers(bytes, format);
  expect(bytes.length / size).toBe((out * inner) / numbers);
  const parts = repack(unpackBlocks(bytes, format), out, BLOCK_FORMATS[format]);
  const file = path.join(folder, format);
  const data: Uint8Array[] = [];
  let end = 0;
  const quantizer: Quantizer = () =>
    codedMatrix(BLOCK_FORMATS[format], [out, inner], (name, type, dims) => {
      const { buffer, byteOffset, byteLength } = parts[name as "values" | "scales"];
      data.push(new Uint8Array(buffer, byteOffset, byteLength));
      const ref: WeightRef = { key: name, type, dims, file, offset: end, byteLength };
      end += byteLength;
      return ref;
    });
  const ref: WeightRef = {
    ...{ key: "w.weight", type: "U8", dims: [out, inner], file, offset: 0, byteLength: bytes.length },
    encoding: { kind: "blocks", format },
  };
  const op = new Graph({ dialect: DIALECTS.cpu, quantizer });
  const x = createGenerator(7).randn([rows, inner]);
  const weights = new Weights({
    origin: "made here",
    find: (key) => (key === "w.weight" ? ref : undefined),
    keys: () => ["w.weight"],
  });
  op.output("y", linearNoBias(op, weights.at("w"), op.input("x", { type: "float32", dims: x.dims }), out));
  writeFileSync(file, Buffer.concat(data));
  const { y } = (await runGraph(op, { x })) as { y: Tensor };
  const exact = Float32Array.from({ length: rows * out }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += x.data[Math.floor(at / out) * inner + k]! * matrix[(at % out) * inner + k]!;
    return sum;
  });
  expect(deviation(y, tensor(exact, [rows, out]))).toBeLessThan(3e-6);
});
