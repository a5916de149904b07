/** The tensors of a file in other number types: as casts, and as float8 with scales of their own. */
import { byteLengthOf, countOf, type Entry, floats, type Tensors, text, zeros } from "./tensors.ts";

/** Fraction bits, exponent bias, bytes. */
const SMALL: Readonly<Record<string, readonly [number, number, number]>> = {
  ...{ F16: [10, 15, 2], BF16: [7, 127, 2], F8_E4M3: [3, 7, 1], F8_E5M2: [2, 15, 1] },
};

function numbersOf({ dtype, bytes }: Entry): number[] | undefined {
  if (bytes === undefined) return undefined;
  if (dtype === "F32") return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
  const format = SMALL[dtype];
  if (format?.[2] !== 2) return undefined;
  const [fraction, bias] = format;
  return Array.from({ length: bytes.length / 2 }, (_, i) => {
    const bits = bytes.readUInt16LE(2 * i);
    const [exponent, mantissa] = [(bits & 0x7fff) >> fraction, bits & ((1 << fraction) - 1)];
    const value =
      exponent === 0 ? mantissa * 2 ** (1 - bias - fraction) : (1 + mantissa / 2 ** fraction) * 2 ** (exponent - bias);
    return bits & 0x8000 ? -value : value;
  });
}

const isFloat = ({ dtype }: Entry) => /^B?F\d/.test(dtype);

/** The same numbers in another type, cut to it; whole numbers stay, and types without an encoder get bytes of the right length. */
export function inType(entry: Entry, dtype: string): Entry {
  if (!isFloat(entry)) return entry;
  const { shape } = entry;
  const values = numbersOf(entry);
  const format = SMALL[dtype];
  if (values === undefined) return zeros(dtype, shape);
  const made = zeros(dtype, shape);
  const bytes = Buffer.alloc(byteLengthOf(made), format || /^F(?:32|64)$/.test(dtype) ? 0 : 1);
  if (dtype === "F32") values.forEach((value, i) => void bytes.writeFloatLE(value, 4 * i));
  if (dtype === "F64") values.forEach((value, i) => void bytes.writeDoubleLE(value, 8 * i));
  if (format) for (const [i, value] of values.entries()) write(bytes, i, { value, format });
  return { ...made, bytes };
}

function write(
  bytes: Buffer,
  i: number,
  { value, format: [fraction, bias, size] }: { value: number; format: readonly [number, number, number] },
): void {
  const exponent = Math.max(1, Math.min(Math.floor(Math.log2(Math.abs(value) || 2 ** -30)) + bias, 2 * bias - 1));
  const whole = Math.min(Math.round(Math.abs(value) / 2 ** (exponent - bias - fraction)), 2 ** (fraction + 1) - 1);
  const subnormal = whole < 2 ** fraction;
  const bits =
    (subnormal ? whole : (exponent << fraction) + whole - 2 ** fraction) | (value < 0 ? 1 << (8 * size - 1) : 0);
  if (size === 2) bytes.writeUInt16LE(bits, 2 * i);
  else bytes.writeUInt8(bits, i);
}

/** Every matrix and kernel as float8 with a scale, in ComfyUI's older layout or in its newer one. */
function scaled(tensors: Tensors, layout: "old" | "new"): Tensors {
  const all: [string, Entry][] = [];
  for (const [name, entry] of tensors) {
    const layer = /^(.*)\.weight$/.exec(name)?.[1];
    if (layer === undefined || entry.shape.length < 2 || !isFloat(entry)) {
      all.push([name, entry]);
      continue;
    }
    const values = numbersOf(entry);
    const scale = [...(values ?? [])].reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6) / 256;
    const shrunk = values
      ? floats(
          entry.shape,
          values.map((value) => value / scale),
        )
      : zeros("F32", entry.shape);
    all.push([name, inType(shrunk, "F8_E4M3")]);
    all.push([`${layer}.${layout === "old" ? "scale_weight" : "weight_scale"}`, floats([], [scale])]);
    if (layout === "new") all.push([`${layer}.comfy_quant`, text('{"format": "float8_e4m3fn"}')]);
  }
  const prefix = /^model\.diffusion_model\./.test(all[0]?.[0] ?? "") ? "model.diffusion_model." : "";
  if (layout === "old") all.push([`${prefix}scaled_fp8`, zeros("F8_E4M3", [2])]);
  return new Map(all);
}

export const TYPES = [
  ...["F32", "F16", "BF16", "F64", "F8_E4M3", "F8_E5M2", "I8", "F6_E3M2"],
  ...["mixed", "scaled float8", "scaled float8 with comfy_quant"],
] as const;

/** What files are published in. */
export const USUAL_TYPES = [
  "F32",
  "F16",
  "BF16",
  "F8_E4M3",
  "scaled float8",
  "scaled float8 with comfy_quant",
] as const;

export function inNumberType(tensors: Tensors, type: (typeof TYPES)[number]): Tensors {
  if (type.startsWith("scaled")) return scaled(tensors, type.endsWith("comfy_quant") ? "new" : "old");
  const cycle = ["F16", "F32", "BF16"];
  return new Map(
    [...tensors].map(([name, entry], i) => [name, inType(entry, type === "mixed" ? cycle[i % 3]! : type)]),
  );
}

/** Whole numbers in the place of others. */
export const asWholeNumbers = ({ shape }: Entry): Entry => ({
  ...zeros("I32", shape),
  bytes: Buffer.alloc(4 * countOf({ shape })),
});
