/** sRGB, channels 0 … 1 (IEC 61966-2-1). */
export type Srgb = readonly [red: number, green: number, blue: number];

/** "#rrggbb". */
export const HEX_COLOR = /^#[0-9a-f]{6}$/;

export function colorOfHex(hex: string): Srgb {
  const channel = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
  return [channel(1), channel(3), channel(5)];
}

/** Channels are rounded to whole levels of 255. */
export const hexOf = (color: Srgb): string =>
  `#${color
    .map((value) =>
      Math.round(value * 255)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;

export const toLinear = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

export const fromLinear = (value: number): number =>
  value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
