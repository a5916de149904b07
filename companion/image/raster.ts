/** 8-bit samples, `channels` of them interleaved per pixel, row-major from the top left. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}
