/** What a file that is not safetensors is instead, from its first bytes, so that the refusal can say so. */
interface Signature {
  readonly starts: (head: Uint8Array, text: string) => boolean;
  readonly kind: string;
}

const SIGNATURES: readonly Signature[] = [
  {
    starts: (_, text) => text.startsWith("PK\x03\x04") && text.includes("data.pkl"),
    kind: "a PyTorch pickle (.ckpt or .pt), which can run code when it is opened",
  },
  { starts: (_, text) => text.startsWith("PK\x03\x04"), kind: "a zip archive" },
  {
    starts: (head) => head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5,
    kind: "a pickle (.ckpt or .pt), which can run code when it is opened",
  },
  { starts: (_, text) => text.startsWith("GGUF"), kind: "a GGUF file" },
  { starts: (_, text) => text.startsWith("\x89HDF"), kind: "an HDF5 file" },
  { starts: (_, text) => text.startsWith("7z\xbc\xaf") || text.startsWith("Rar!"), kind: "an archive" },
  {
    starts: (_, text) => text.startsWith("version https://git-lfs"),
    kind: "a Git LFS pointer (the real file was never downloaded)",
  },
  { starts: (_, text) => /^\s*<(!doctype|html|\?xml)/i.test(text), kind: "a web page (the download failed)" },
  { starts: (head) => head.every((byte) => byte === 0), kind: "only zeros at its start (the download broke off)" },
];

/** A noun phrase for a file that is not safetensors. `head` = its first bytes, 64 or so (fewer for a short file). */
export function fileKind(head: Uint8Array): string {
  if (head.length === 0) return "empty";
  const text = Buffer.from(head).toString("latin1");
  return SIGNATURES.find(({ starts }) => starts(head, text))?.kind ?? "something else";
}
