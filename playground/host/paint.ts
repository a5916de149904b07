/** Paints and effects, in the words of @figma/plugin-typings. */
import type { Transform } from "./transform.ts";

export interface Rgb {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}
export interface Rgba extends Rgb {
  readonly a: number;
}

interface PaintCommon {
  readonly visible?: boolean;
  readonly opacity?: number;
  readonly blendMode?: string;
}
export interface SolidPaint extends PaintCommon {
  readonly type: "SOLID";
  readonly color: Rgb;
}
export interface GradientPaint extends PaintCommon {
  readonly type: "GRADIENT_LINEAR" | "GRADIENT_RADIAL" | "GRADIENT_ANGULAR" | "GRADIENT_DIAMOND";
  /** Maps the node's unit square to the gradient's own. */
  readonly gradientTransform: Transform;
  readonly gradientStops: readonly { readonly position: number; readonly color: Rgba }[];
}
export interface ImagePaint extends PaintCommon {
  readonly type: "IMAGE";
  readonly scaleMode: "FILL" | "FIT" | "CROP" | "TILE";
  readonly imageHash: string | null;
  /** CROP only: maps the node's unit square to the image's. */
  readonly imageTransform?: Transform;
  /** TILE only. */
  readonly scalingFactor?: number;
  /** Quarter turns, degrees. */
  readonly rotation?: number;
  readonly filters?: Readonly<Record<string, number>>;
}
export type Paint = SolidPaint | GradientPaint | ImagePaint;

export interface ShadowEffect {
  readonly type: "DROP_SHADOW" | "INNER_SHADOW";
  readonly color: Rgba;
  readonly offset: { readonly x: number; readonly y: number };
  readonly radius: number;
  readonly spread?: number;
  readonly visible: boolean;
  readonly blendMode: string;
}
export interface BlurEffect {
  readonly type: "LAYER_BLUR" | "BACKGROUND_BLUR";
  readonly radius: number;
  readonly visible: boolean;
}
export type Effect = ShadowEffect | BlurEffect;

/** `#rrggbb` as a solid paint. */
export function solid(hex: string, opacity = 1): SolidPaint {
  const channel = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
  const color = { r: channel(1), g: channel(3), b: channel(5) };
  return opacity === 1 ? { type: "SOLID", color } : { type: "SOLID", color, opacity };
}

/** A vertical (or, turned by `degrees`, slanted) gradient between colours. */
export function linear(colors: readonly string[], degrees = 90): GradientPaint {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return {
    type: "GRADIENT_LINEAR",
    gradientTransform: [
      [cos, sin, 0.5 - (cos + sin) / 2],
      [-sin, cos, 0.5 - (cos - sin) / 2],
    ],
    gradientStops: colors.map((hex, i) => ({
      position: colors.length === 1 ? 0 : i / (colors.length - 1),
      color: { ...solid(hex).color, a: 1 },
    })),
  };
}
