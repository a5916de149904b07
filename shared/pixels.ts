/** 8-bit RGBA, straight alpha, row-major from the top left: `data.length` = width · height · 4. */
export interface PixelImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
