import { text, u32, u64 } from "../../companion/bench/transformer/gguf-head.ts";

/** Files that are made to mislead a reader of models, by their place in the models folder. None harms another program. */
function safetensors(json: string, data = 16): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(json)));
  return Buffer.concat([length, Buffer.from(json), Buffer.alloc(data)]);
}
const tensor = (range: readonly number[], shape: readonly number[]) =>
  safetensors(JSON.stringify({ a: { dtype: "F16", shape, data_offsets: range } }));

const gguf = (tensors: number, fields: number) =>
  Buffer.concat([Buffer.from("GGUF"), u32(3), u64(tensors), u64(fields)]);
const field = (name: string, type: number, ...value: Buffer[]) => Buffer.concat([text(name), u32(type), ...value]);

export const HOSTILE_FILES: Readonly<Record<string, () => Buffer>> = {
  "entries.safetensors": () => safetensors(`{${Array.from({ length: 2_400_000 }, (_, i) => `"${i}":{}`).join()}}`),
  "depth.safetensors": () => safetensors(`{"a":${"[".repeat(15e6)}`),
  "claims.safetensors": () => Buffer.concat([Buffer.from([255, 255, 255, 255, 255, 255, 255, 127]), Buffer.from("{}")]),
  "beyond.safetensors": () => tensor([0, 2 ** 40], [2 ** 39]),
  "overflow.safetensors": () => tensor([0, 16], [2 ** 52, 2 ** 52]),
  "negative.safetensors": () => tensor([-8, 8], [8]),
  "hole.safetensors": () => tensor([4, 16], [6]),
  "pickle.ckpt": () => Buffer.from([0x80, 2, 0x7d, 0x71, 0, 0x2e]),
  "fields.gguf": () => gguf(1, 2 ** 53),
  "tensors.gguf": () => gguf(2 ** 53, 0),
  "texts.gguf": () => Buffer.concat([gguf(0, 1), field("a", 9, u32(8), u64(2 ** 53)), Buffer.alloc(60e6)]),
  "text.gguf": () => Buffer.concat([gguf(0, 1), field("a", 8, u64(2 ** 62))]),
  "lists.gguf": () => Buffer.concat([gguf(0, 1), field("a", 9, u32(9), u64(2 ** 40))]),
  "dims.gguf": () =>
    Buffer.concat([gguf(1, 0), text("t"), u32(4), ...[1, 2, 3, 4].map(() => u64(2 ** 30)), u32(0), u64(0)]),
  "rank.gguf": () => Buffer.concat([gguf(1, 0), text("t"), u32(0xffffffff)]),
  "blocks.gguf": () => Buffer.concat([gguf(1, 0), text("t"), u32(1), u64(2 ** 40), u32(8), u64(0), Buffer.alloc(99)]),
  "twice.gguf": () =>
    Buffer.concat([
      gguf(2, 0),
      ...[0, 1].map(() => Buffer.concat([text("t"), u32(1), u64(1), u32(0), u64(0)])),
      Buffer.alloc(99),
    ]),
  "model.gguf": () => Buffer.concat([Buffer.from("GGUF"), Buffer.alloc(60, 255)]),
  "numbers/model_index.json": () => Buffer.from(`{"a":[${"-Infinity ".repeat(3e6)}`),
  "spaces/model_index.json": () => Buffer.from(`{"a":${" ".repeat(30e6)}Infinity`),
  "quotes/model_index.json": () => Buffer.from('"'.repeat(30e6)),
};
