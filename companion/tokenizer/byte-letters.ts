/**
 * GPT-2's letter for each byte (Radford et al. 2019): printable Latin-1 stands for itself, and comes first; the other 68 bytes
 * take the letters from U+0100 on.
 */
export function byteLetters(): string[] {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const itself = bytes.filter(printable).map((byte) => String.fromCodePoint(byte));
  const moved = bytes.filter((byte) => !printable(byte)).map((_, index) => String.fromCodePoint(256 + index));
  return [...itself, ...moved];
}
