/** Canvases off the screen. */
export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** An empty sRGB canvas of at least one pixel. */
export function createSurface(
  width: number,
  height: number,
): { canvas: OffscreenCanvas; context: OffscreenCanvasRenderingContext2D } {
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width)), Math.max(1, Math.round(height)));
  const context = canvas.getContext("2d", { colorSpace: "srgb" });
  if (context === null) throw new Error("This browser has no 2D canvas");
  return { canvas, context };
}
