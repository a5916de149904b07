/** Matrices that the runtime has packed, kept in a file, and sessions that map them. */
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { Graph } from "../../companion/graph/graph.ts";
import { mappedWeights } from "../../companion/graph/memory.ts";
import { dynamicQuantize, floats, integerProduct } from "../../companion/graph/ops.ts";
import type { WeightRef } from "../../companion/graph/weights.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { createPacker } from "../../companion/runtime/pack.ts";
import { openSession } from "../../companion/runtime/session.ts";
import { tensor } from "../../companion/tensor.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";

const [ROWS, INNER, OUT] = [5, 320, 100];
const PLACE = 65_536;
const file = path.join(temporaryFolder(), "numbers");
const values = Int8Array.from({ length: INNER * OUT }, (_, i) => ((i * 7919) % 255) - 127);
const matrix: WeightRef = {
  ...{ key: "matrix", type: "I8", dims: [INNER, OUT] },
  ...{ file, offset: 0, byteLength: values.byteLength },
};

function productGraph(by: WeightRef): Graph {
  // As large networks are opened: of a small one the runtime makes other operators, which pack for themselves.
  const op = new Graph({ dialect: { ...DIALECTS.cpu, convolutions: "tiled" } });
  const x = dynamicQuantize(op, op.input("x", { type: "float32", dims: [ROWS, INNER] }));
  const scales = floats(op, new Float32Array(OUT).fill(0.01), [OUT]);
  op.output("y", integerProduct(op, x, { values: op.initializer(by), scales }, undefined));
  return op;
}

async function multiply(by: WeightRef): Promise<Float32Array> {
  const session = await openSession(productGraph(by), cpuDevice());
  const x = tensor(
    Float32Array.from({ length: ROWS * INNER }, (_, i) => Math.sin(i)),
    [ROWS, INNER],
  );
  try {
    return (await session.run({ x })).y!.data;
  } finally {
    await session.release();
  }
}

function write(bytes: Uint8Array, offset: number): void {
  const fd = openSync(file, "r+");
  writeSync(fd, bytes, 0, bytes.byteLength, offset);
  closeSync(fd);
}

/** The matrix with its packed form behind it, of which a session knows. */
async function packed(): Promise<WeightRef & Required<Pick<WeightRef, "packed">>> {
  writeFileSync(file, values);
  const packer = createPacker();
  const found = await packer.pack(matrix).finally(packer.close);
  if (!found) throw new Error("The runtime packed nothing");
  write(found.bytes, PLACE);
  return { ...matrix, packed: { key: found.key, offset: PLACE, byteLength: found.bytes.byteLength } };
}

test("a session multiplies by the packed form that it finds in the file, to the same bits", async () => {
  const with_ = await packed();
  const own = await multiply(matrix);
  expect(own.some((value) => value !== 0)).toBe(true);
  expect(await multiply(with_)).toEqual(own);
  // It is that one, and no copy.
  write(new Uint8Array(with_.packed.byteLength), PLACE);
  expect(await multiply(with_)).not.toEqual(own);
  expect(await multiply(matrix)).toEqual(own);
});

test("a packed form of other numbers is not used: the runtime packs them anew", async () => {
  const with_ = await packed();
  const own = await multiply(matrix);
  const other = { ...with_, packed: { ...with_.packed, key: "MatMulIntegerToFloat+1" } };
  write(new Uint8Array(with_.packed.byteLength), PLACE);
  expect(await multiply(other)).toEqual(own);
});

test("memory that sessions share is told of those that are mapped alone", async () => {
  const layout = { layout: "plain", widening: "every-run" } as const;
  expect([...mappedWeights(productGraph(await packed()), layout).values()]).toEqual([values.byteLength]);
  expect([...mappedWeights(productGraph(matrix), layout).values()]).toEqual([]);
});
