import { rowLength } from "../arithmetic.ts";
import { computed } from "../gains.ts";
import type { OftSettings } from "../peft-settings.ts";
import type { Kind } from "./kind.ts";
import { cayley, rotated, turned } from "./rotation.ts";

/**
 * peft's OFT (peft, tuners/oft/layer.py, `get_weight`, `merge`), which turns what a layer reads: `oft_R` [blocks, b·(b − 1)/2],
 * the upper triangles of skew-symmetric matrices; one alone turns every block. peft knows no weight of it: here the weight
 * moves the layer from its own weight to the turned one.
 */
export const PEFT_OFT: Kind = {
  name: "OFT",
  marks: ["oft_R"],
  shape: () => undefined,
  readsOwn: true,
  gain: (layer, { dims, read }) => {
    const angles = layer.get("oft_R");
    const [count, entries] = angles.dims as [number, number];
    const size = (1 + Math.sqrt(1 + 8 * (entries ?? 0))) / 2;
    const width = rowLength({ dims });
    const whole = angles.dims.length === 2 && count > 0 && size > 1 && Number.isInteger(size);
    const fits = !read || count * size === width || (count === 1 && width % size === 0);
    if (!whole || !fits) throw layer.misfit(`[${angles.dims}] where this model has [${dims}]`);
    const settings = layer.oft;
    return computed([dims[0] ?? 1, width], (weight) => {
      const own = read!().data;
      const skew = bounded(triangles(angles.data, size), size, settings);
      const rotations = settings.terms === undefined ? cayley(skew, size) : neumann(skew, size, settings.terms);
      const columns = rotated(turned(own, width), own.length / width, { rotations, size });
      const rows = turned(columns, own.length / width);
      return Float32Array.from(own, (value, i) => weight * (rows[i]! - value));
    });
  },
};

/** Skew-symmetric matrices of their upper triangles, row by row. */
function triangles(data: Float32Array, size: number): Float64Array {
  const entries = (size * (size - 1)) / 2;
  const count = data.length / entries;
  const skew = new Float64Array(count * size ** 2);
  for (let block = 0, at = 0; block < count; block++)
    for (let i = 0; i < size; i++)
      for (let j = i + 1; j < size; j++, at++) {
        const start = block * size ** 2;
        skew[start + i * size + j] = data[at]!;
        skew[start + j * size + i] = -data[at]!;
      }
  return skew;
}

/** COFT: no block is longer than epsilon / √blocks. */
function bounded(skew: Float64Array, size: number, { epsilon }: OftSettings): Float64Array {
  if (epsilon === undefined) return skew;
  const area = size ** 2;
  const most = epsilon / Math.sqrt(skew.length / area);
  for (let start = 0; start < skew.length; start += area) {
    const block = skew.subarray(start, start + area);
    const length = Math.sqrt(block.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; length > most && i < area; i++) block[i]! *= most / length;
  }
  return skew;
}

/** The series of (I + Q)(I − Q)⁻¹ that peft breaks off after so many terms: I + 2Q + 2Q² + … + Qⁿ⁻¹. */
function neumann(skew: Float64Array, size: number, terms: number): Float64Array {
  const result = new Float64Array(skew.length);
  const gain = (power: Float64Array, factor: number) => {
    for (let i = 0; i < power.length; i++) result[i]! += factor * power[i]!;
  };
  for (let at = 0; at < result.length; at++) result[at] = (at % size ** 2) % (size + 1) === 0 ? 1 : 0;
  if (terms > 1) gain(skew, 2);
  if (terms <= 2) return result;
  let power = product(skew, skew, size);
  gain(power, 2);
  for (let i = 3; i < terms - 1; i++) {
    power = product(power, skew, size);
    gain(power, 2);
  }
  gain(product(power, skew, size), 1);
  return result;
}

/** a · b, square by square. */
function product(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const result = new Float64Array(a.length);
  for (let row = 0; row < a.length / size; row++) {
    const start = row * size - ((row * size) % size ** 2);
    for (let k = 0; k < size; k++)
      for (let j = 0; j < size; j++) result[row * size + j]! += a[row * size + k]! * b[start + k * size + j]!;
  }
  return result;
}
