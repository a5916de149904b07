import type { PixelImage } from "../../shared/pixels.ts";
import reference from "../fixtures/image/reference.json";

/** What Pillow, transformers and diffusers computed: see tests/fixtures/image/make.py. */
export { reference };

export const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));
export const floats = (base64: string) => new Float32Array(bytes(base64).buffer);

/** The fixture's RGB bytes as an opaque picture. */
export function picture({ width, height, source }: { width: number; height: number; source: string }): PixelImage {
  return { width, height, data: withAlpha(bytes(source)) };
}

export function withAlpha(rgb: Uint8Array): Uint8Array {
  const data = new Uint8Array((rgb.length / 3) * 4).fill(255);
  for (let i = 0; i < rgb.length / 3; i++) data.set(rgb.subarray(i * 3, i * 3 + 3), i * 4);
  return data;
}

/** A reproducible noisy gradient; `alpha` gives every pixel's alpha. */
export function testPicture(width: number, height: number, alpha = (_x: number, _y: number) => 255): PixelImage {
  const data = new Uint8Array(width * height * 4);
  let state = 7;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      data[i] = (x * 255) / width + (state >>> 29);
      data[i + 1] = (y * 255) / height;
      data[i + 2] = 128 + 100 * Math.sin((x + y) / 9);
      data[i + 3] = alpha(x, y);
    }
  }
  return { width, height, data };
}
