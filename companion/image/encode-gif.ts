import type { PixelImage } from "../../shared/pixels.ts";
import { inSpan } from "../profile/spans.ts";
import sharp from "../sharp.ts";
import { isOpaque } from "./encode.ts";

/**
 * Pictures of one size as a GIF that plays for ever, `frameRate` a second: a palette of 256 colours, another one where the colours
 * change, and what it lacks dithered. Times lie at hundredths of a second, so that frames of a rate that is no divisor of 100
 * last now one more, now one less, and the whole lasts as long as it should. The same pixels give the same bytes.
 */
export async function encodeGif(frames: readonly PixelImage[], frameRate: number): Promise<Uint8Array> {
  const { width, height } = frames[0]!;
  const data = new Uint8Array(frames.length * width * height * 4);
  frames.forEach((frame, i) => {
    data.set(frame.data, i * width * height * 4);
  });
  const raw = { width, height: height * frames.length, channels: 4, pageHeight: height } as const;
  const strip = sharp(data, { raw });
  const gif = await inSpan(`encode ${frames.length} × ${width} × ${height}`, "picture", () =>
    (frames.every(isOpaque) ? strip.removeAlpha() : strip)
      .gif({ loop: 0, delay: delaysOf(frames.length, frameRate), keepDuplicateFrames: true })
      .toBuffer(),
  );
  return new Uint8Array(gif.buffer, gif.byteOffset, gif.length);
}

/** Milliseconds that each frame is shown, whole hundredths of a second. */
export function delaysOf(count: number, frameRate: number): number[] {
  const begin = (i: number) => Math.round((100 * i) / frameRate);
  return Array.from({ length: count }, (_, i) => 10 * (begin(i + 1) - begin(i)));
}
