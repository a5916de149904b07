/** Checks of values that a plugin writes, with messages in Figma's manner. */
import type { Effect, Paint, Rgb } from "./paint.ts";
import type { Transform } from "./transform.ts";

type Check<T> = (value: unknown) => T;

const typeName = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : Number.isNaN(value) ? "nan" : typeof value;

const expected = (what: string, value: unknown) => new Error(`Expected ${what}, received ${typeName(value)}`);

export const bool: Check<boolean> = (value) => {
  if (typeof value !== "boolean") throw expected("boolean", value);
  return value;
};

export const text: Check<string> = (value) => {
  if (typeof value !== "string") throw expected("string", value);
  return value;
};

/** A finite number from `low` to `high`. */
export const number =
  (low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY): Check<number> =>
  (value) => {
    if (typeof value !== "number" || !Number.isFinite(value)) throw expected("number", value);
    if (value < low) throw new Error(`Number must be greater than or equal to ${low}, received ${value}`);
    if (value > high) throw new Error(`Number must be less than or equal to ${high}, received ${value}`);
    return value;
  };

export const oneOf =
  <T extends string>(...allowed: readonly T[]): Check<T> =>
  (value) => {
    if (!allowed.includes(value as T))
      throw new Error(`Invalid enum value. Expected ${allowed.map((a) => `'${a}'`).join(" | ")}, received '${value}'`);
    return value as T;
  };

export const listOf =
  <T>(check: Check<T>): Check<readonly T[]> =>
  (value) => {
    if (!Array.isArray(value)) throw expected("array", value);
    return value.map((item, i) => {
      try {
        return check(item);
      } catch (error) {
        throw new Error(`at [${i}]: ${(error as Error).message}`);
      }
    });
  };

/** An object with exactly these keys; `undefined` values are dropped where `optional` names them. */
export const shape =
  <T>(checks: Readonly<Record<string, Check<unknown>>>, optional: readonly string[] = []): Check<T> =>
  (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw expected("object", value);
    const given = value as Record<string, unknown>;
    const unknown = Object.keys(given).filter((key) => checks[key] === undefined);
    if (unknown.length > 0)
      throw new Error(`Unrecognized key(s) in object: ${unknown.map((k) => `'${k}'`).join(", ")}`);
    const result: Record<string, unknown> = {};
    for (const [key, check] of Object.entries(checks)) {
      if (given[key] === undefined && optional.includes(key)) continue;
      if (given[key] === undefined) throw new Error(`Required value missing at .${key}`);
      try {
        result[key] = check(given[key]);
      } catch (error) {
        throw new Error(`${(error as Error).message} at .${key}`);
      }
    }
    return result as T;
  };

const unit = number(0, 1);
const rgb: Check<Rgb> = shape({ r: unit, g: unit, b: unit });
const rgba = shape({ r: unit, g: unit, b: unit, a: unit });

const BLEND_MODES = [
  "PASS_THROUGH",
  "NORMAL",
  "DARKEN",
  "MULTIPLY",
  "LINEAR_BURN",
  "COLOR_BURN",
  "LIGHTEN",
  "SCREEN",
  "LINEAR_DODGE",
  "COLOR_DODGE",
  "OVERLAY",
  "SOFT_LIGHT",
  "HARD_LIGHT",
  "DIFFERENCE",
  "EXCLUSION",
  "HUE",
  "SATURATION",
  "COLOR",
  "LUMINOSITY",
] as const;
export const blendMode = oneOf(...BLEND_MODES);

export const transform: Check<Transform> = (value) => {
  const rows = listOf(listOf(number()))(value);
  if (rows.length !== 2 || rows.some((row) => row.length !== 3)) throw new Error("Expected a 2 by 3 matrix");
  return rows as unknown as Transform;
};

const common = { visible: bool, opacity: unit, blendMode };
const commonKeys = Object.keys(common);
const imageHash: Check<string | null> = (value) => (value === null ? null : text(value));
const filters = shape(
  Object.fromEntries(
    ["exposure", "contrast", "saturation", "temperature", "tint", "highlights", "shadows"].map((key) => [
      key,
      number(-1, 1),
    ]),
  ),
  ["exposure", "contrast", "saturation", "temperature", "tint", "highlights", "shadows"],
);
const gradientKinds = ["GRADIENT_LINEAR", "GRADIENT_RADIAL", "GRADIENT_ANGULAR", "GRADIENT_DIAMOND"] as const;

export const paint: Check<Paint> = (value) => {
  const { type } = (value ?? {}) as { type?: string };
  if (type === "SOLID")
    return shape<Paint>({ type: text, color: rgb, boundVariables: shape({}), ...common }, [
      ...commonKeys,
      "boundVariables",
    ])(value);
  if (gradientKinds.includes(type as "GRADIENT_LINEAR"))
    return shape<Paint>(
      {
        type: text,
        gradientTransform: transform,
        gradientStops: listOf(shape({ position: unit, color: rgba, boundVariables: shape({}) }, ["boundVariables"])),
        ...common,
      },
      commonKeys,
    )(value);
  if (type === "IMAGE") {
    const optional = [...commonKeys, "imageTransform", "scalingFactor", "rotation", "filters"];
    return shape<Paint>(
      {
        type: text,
        scaleMode: oneOf("FILL", "FIT", "CROP", "TILE"),
        imageHash,
        imageTransform: transform,
        scalingFactor: number(0),
        rotation: number(),
        filters,
        ...common,
      },
      optional,
    )(value);
  }
  if (type === "VIDEO" || type === "PATTERN" || type === "SHADER")
    throw new Error(`not available in the playground: paint of type ${type}`);
  throw new Error(
    `Invalid discriminator value. Expected 'SOLID' | 'GRADIENT_LINEAR' | … | 'IMAGE', received '${type}'`,
  );
};

export const effect: Check<Effect> = (value) => {
  const { type } = (value ?? {}) as { type?: string };
  if (type === "LAYER_BLUR" || type === "BACKGROUND_BLUR")
    return shape<Effect>({ type: text, blurType: text, radius: number(0), visible: bool }, ["blurType"])(value);
  if (type === "DROP_SHADOW" || type === "INNER_SHADOW")
    return shape<Effect>(
      {
        type: text,
        color: rgba,
        offset: shape({ x: number(), y: number() }),
        radius: number(0),
        spread: number(),
        visible: bool,
        blendMode,
        showShadowBehindNode: bool,
      },
      ["spread", "showShadowBehindNode"],
    )(value);
  throw new Error(`not available in the playground: effect of type ${type}`);
};
