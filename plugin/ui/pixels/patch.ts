import type { PixelImage } from "../../../shared/pixels.ts";

/**
 * What must be drawn over `before` so that `after` is seen: transparent wherever the two are the same. Both have one size,
 * straight alpha. Where `before` is half transparent, the patch is what the "over" operator needs there; nothing drawn over a
 * picture can make it more transparent.
 */
export function patchOf(before: PixelImage, after: PixelImage): PixelImage {
  const data = new Uint8Array(after.data.length);
  for (let i = 0; i < data.length; i += 4) {
    if (isSame(before.data, after.data, i)) continue;
    const [old, now] = [before.data[i + 3]!, after.data[i + 3]!];
    if (old === 255 || old === 0 || now <= old) {
      for (let c = i; c < i + 4; c++) data[c] = after.data[c]!;
      continue;
    }
    // now = alpha + old · (1 − alpha), and the same of colours times their alpha.
    const alpha = (now - old) / (255 - old);
    for (let c = i; c < i + 3; c++) {
      const color = (after.data[c]! * now - before.data[c]! * old * (1 - alpha)) / (255 * alpha);
      data[c] = Math.round(Math.min(Math.max(color, 0), 255));
    }
    data[i + 3] = Math.round(alpha * 255);
  }
  return { width: after.width, height: after.height, data };
}

/** Whether a pixel shows the same in both. Colours that are wholly transparent are no colours. */
export function isSame(a: PixelImage["data"], b: PixelImage["data"], i: number): boolean {
  if (a[i + 3] === 0 && b[i + 3] === 0) return true;
  return a[i] === b[i] && a[i + 1] === b[i + 1] && a[i + 2] === b[i + 2] && a[i + 3] === b[i + 3];
}
