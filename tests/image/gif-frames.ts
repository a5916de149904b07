/** What a GIF says of itself, by its blocks: GIF89a specification, sections 18 to 26. The companion reads no GIFs. */

export interface GifFacts {
  readonly width: number;
  readonly height: number;
  /** Of each frame, hundredths of a second. */
  readonly delays: readonly number[];
  /** How often it plays; 0: for ever. Absent: once. */
  readonly loop?: number;
}

export function gifFacts(gif: Uint8Array): GifFacts {
  const bytes = Buffer.from(gif);
  if (bytes.toString("latin1", 0, 6) !== "GIF89a") throw new Error("It is no GIF");
  const tableOf = (packed: number) => (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0);
  const afterBlocks = (from: number): number => (bytes[from] === 0 ? from + 1 : afterBlocks(from + 1 + bytes[from]!));
  const delays: number[] = [];
  let loop: number | undefined;
  let [at, frames] = [13 + tableOf(bytes[10]!), 0];
  while (bytes[at] !== 0x3b) {
    if (bytes[at] === 0x2c) {
      frames++;
      at = afterBlocks(at + 11 + tableOf(bytes[at + 9]!));
      continue;
    }
    if (bytes[at + 1] === 0xf9) delays.push(bytes.readUInt16LE(at + 4));
    if (bytes[at + 1] === 0xff && bytes.toString("latin1", at + 3, at + 14) === "NETSCAPE2.0")
      loop = bytes.readUInt16LE(at + 16);
    at = afterBlocks(at + 2);
  }
  if (frames !== delays.length) throw new Error(`${frames} frames have ${delays.length} delays`);
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8), delays, ...(loop !== undefined && { loop }) };
}
