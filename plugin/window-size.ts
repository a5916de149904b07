/** The plugin's window, pixels. */
export interface WindowSize {
  readonly width: number;
  readonly height: number;
}

const SMALLEST: WindowSize = { width: 280, height: 320 };
const LARGEST: WindowSize = { width: 720, height: 1200 };

/** The nearest size at which the panel can be used, in whole pixels: of what was dragged to, and of what was saved. */
export function usableWindow({ width, height }: WindowSize): { width: number; height: number } {
  const clamp = (side: keyof WindowSize, value: number) =>
    Math.round(Math.min(LARGEST[side], Math.max(SMALLEST[side], value)));
  return { width: clamp("width", width), height: clamp("height", height) };
}
