/** The head of GGUF files that are made here (https://github.com/ggml-org/ggml, docs/gguf.md, version 3). */

const ALIGNMENT = 32;
const STRING = 8;

export interface GgufTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** ggml.h, enum ggml_type. */
  readonly type: number;
  readonly byteLength: number;
}

/** Numbers and texts as the format writes them, little-endian. */
export const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
export const u64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
export const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);

/** Zeros behind so many bytes, as far as the next place where something may begin. */
export const ggufPadding = (length: number): Buffer => Buffer.alloc((ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT);

/** With its padding. The tensors' bytes follow in this order, each with its own. */
export function ggufHead(architecture: string, tensors: readonly GgufTensor[]): Buffer {
  let offset = 0;
  const infos = tensors.flatMap(({ name, dims, type, byteLength }) => {
    const at = offset;
    offset += byteLength + ggufPadding(byteLength).length;
    return [text(name), u32(dims.length), ...dims.toReversed().map(u64), u32(type), u64(at)];
  });
  const field = [text("general.architecture"), u32(STRING), text(architecture)];
  const head = Buffer.concat([Buffer.from("GGUF"), u32(3), u64(tensors.length), u64(1), ...field, ...infos]);
  return Buffer.concat([head, ggufPadding(head.length)]);
}
