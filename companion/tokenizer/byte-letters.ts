/** GPT-2's letters for bytes: Radford et al. 2019, bytes_to_unicode. */

const printable = (byte: number) =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);

/** Of each byte, by the byte: printable Latin-1 stands for itself; the other 68 take the letters from U+0100 on. */
export function lettersByByte(): string[] {
  let moved = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : moved++));
}

/** The same in the order of vocabularies: what stands for itself comes first. */
export function byteLetters(): string[] {
  const letters = lettersByByte();
  const of = (itself: boolean) => letters.filter((_, byte) => printable(byte) === itself);
  return [...of(true), ...of(false)];
}
