/** Size of a PNG, JPEG or GIF from its first bytes. */
export interface ImageHeader {
  readonly format: "png" | "jpeg" | "gif";
  readonly width: number;
  readonly height: number;
}

/** Null where the bytes are none of the three formats that Figma takes, or broken. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const startsWith = (...start: number[]) => start.every((byte, i) => bytes[i] === byte);
  if (startsWith(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) && bytes.length >= 33)
    return sized("png", view.getUint32(16), view.getUint32(20));
  if (startsWith(0x47, 0x49, 0x46, 0x38) && bytes.length >= 13)
    return sized("gif", view.getUint16(6, true), view.getUint16(8, true));
  return startsWith(0xff, 0xd8, 0xff) ? jpeg(view) : null;
}

const sized = (format: ImageHeader["format"], width: number, height: number): ImageHeader | null =>
  width > 0 && height > 0 ? { format, width, height } : null;

/** Walks the segments up to the first start of frame (ITU T.81, B.2.2). */
function jpeg(view: DataView): ImageHeader | null {
  let at = 2;
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return sized("jpeg", view.getUint16(at + 7), view.getUint16(at + 5));
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}
