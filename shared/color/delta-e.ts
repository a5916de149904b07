import { type Srgb, toLinear } from "./srgb.ts";

/** CIELAB under D65: lightness 0 … 100, and two axes of colour. */
export type Cielab = readonly [lightness: number, a: number, b: number];

/** The white of D65, 2° observer (CIE 15:2004). */
const WHITE = [0.95047, 1, 1.08883] as const;

export function cielabOf(color: Srgb): Cielab {
  const [r, g, b] = color.map(toLinear) as [number, number, number];
  const xyz = [
    0.4124564 * r + 0.3575761 * g + 0.1804375 * b,
    0.2126729 * r + 0.7151522 * g + 0.072175 * b,
    0.0193339 * r + 0.119192 * g + 0.9503041 * b,
  ];
  const [x, y, z] = xyz.map((value, i) => {
    const t = value / WHITE[i]!;
    return t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116;
  }) as [number, number, number];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const DEGREES = 180 / Math.PI;
const TWENTY_FIVE_7 = 25 ** 7;

/**
 * How different two colours look, ΔE2000: 1 is about what one can just see, 100 is black beside white. After Sharma, Wu and Dalal,
 * "The CIEDE2000 Color-Difference Formula" (2005), equations 2 to 22, with all weights 1.
 */
export function deltaE([l1, a1, b1]: Cielab, [l2, a2, b2]: Cielab): number {
  const meanChroma = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(meanChroma ** 7 / (meanChroma ** 7 + TWENTY_FIVE_7)));
  const first = polar((1 + g) * a1, b1);
  const second = polar((1 + g) * a2, b2);
  const isGrey = first.chroma * second.chroma === 0;

  const turn = second.hue - first.hue;
  const between = isGrey ? 0 : turn > 180 ? turn - 360 : turn < -180 ? turn + 360 : turn;
  const lightness = l2 - l1;
  const chroma = second.chroma - first.chroma;
  const hue = 2 * Math.sqrt(first.chroma * second.chroma) * Math.sin(between / 2 / DEGREES);

  const sum = first.hue + second.hue;
  const middle = isGrey ? sum : Math.abs(turn) <= 180 ? sum / 2 : (sum + (sum < 360 ? 360 : -360)) / 2;
  const meanLightness = (l1 + l2) / 2;
  const c = (first.chroma + second.chroma) / 2;
  const cos = (degrees: number) => Math.cos(degrees / DEGREES);
  const t =
    1 - 0.17 * cos(middle - 30) + 0.24 * cos(2 * middle) + 0.32 * cos(3 * middle + 6) - 0.2 * cos(4 * middle - 63);
  const squared = (meanLightness - 50) ** 2;
  const scaleL = 1 + (0.015 * squared) / Math.sqrt(20 + squared);
  const scaleC = 1 + 0.045 * c;
  const scaleH = 1 + 0.015 * c * t;
  const rotation =
    -Math.sin((60 * Math.exp(-(((middle - 275) / 25) ** 2))) / DEGREES) *
    (2 * Math.sqrt(c ** 7 / (c ** 7 + TWENTY_FIVE_7)));
  return Math.sqrt(
    (lightness / scaleL) ** 2 +
      (chroma / scaleC) ** 2 +
      (hue / scaleH) ** 2 +
      rotation * (chroma / scaleC) * (hue / scaleH),
  );
}

/** Hue in degrees, 0 … 360. */
function polar(a: number, b: number) {
  const hue = a === 0 && b === 0 ? 0 : Math.atan2(b, a) * DEGREES;
  return { chroma: Math.hypot(a, b), hue: hue < 0 ? hue + 360 : hue };
}
