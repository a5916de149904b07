/** Files that are made to mislead a reader of models, by their place in the models folder. None harms another program. */
function safetensors(json: string, data = 16): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(json)));
  return Buffer.concat([length, Buffer.from(json), Buffer.alloc(data)]);
}
const tensor = (range: readonly number[], shape: readonly number[]) =>
  safetensors(JSON.stringify({ a: { dtype: "F16", shape, data_offsets: range } }));

export const HOSTILE_FILES: Readonly<Record<string, () => Buffer>> = {
  "entries.safetensors": () => safetensors(`{${Array.from({ length: 2_400_000 }, (_, i) => `"${i}":{}`).join()}}`),
  "depth.safetensors": () => safetensors(`{"a":${"[".repeat(15e6)}`),
  "claims.safetensors": () => Buffer.concat([Buffer.from([255, 255, 255, 255, 255, 255, 255, 127]), Buffer.from("{}")]),
  "beyond.safetensors": () => tensor([0, 2 ** 40], [2 ** 39]),
  "overflow.safetensors": () => tensor([0, 16], [2 ** 52, 2 ** 52]),
  "negative.safetensors": () => tensor([-8, 8], [8]),
  "hole.safetensors": () => tensor([4, 16], [6]),
  "pickle.ckpt": () => Buffer.from([0x80, 2, 0x7d, 0x71, 0, 0x2e]),
  "model.gguf": () => Buffer.concat([Buffer.from("GGUF"), Buffer.alloc(60, 255)]),
  "numbers/model_index.json": () => Buffer.from(`{"a":[${"-Infinity ".repeat(3e6)}`),
  "spaces/model_index.json": () => Buffer.from(`{"a":${" ".repeat(30e6)}Infinity`),
  "quotes/model_index.json": () => Buffer.from('"'.repeat(30e6)),
};
