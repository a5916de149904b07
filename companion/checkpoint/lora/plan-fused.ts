/** A change of several layers at once: of one matrix that a model has in parts, as queries, keys and values. */
import { elementCount } from "../../tensor.ts";
import { deferred } from "../files/deferred-numbers.ts";
import type { Numbers } from "../files/tensor-data.ts";
import { asMatrix, kronecker, ONE, stacked } from "./arithmetic.ts";
import type { Addition, Base, Change } from "./change.ts";
import type { LayerParts } from "./lora-file.ts";
import { type LayerOptions, planLayer } from "./plan-layer.ts";

interface FusedOptions extends Omit<LayerOptions, "base"> {
  /** Of the layers, in the order of their rows. */
  readonly bases: readonly Base[];
}

/** Each layer's own change, by its path: its rows of what the whole gains, of any kind. Throws as `planLayer`. */
export function planFused(
  parts: LayerParts,
  paths: readonly string[],
  { bases, ...options }: FusedOptions,
): [string, Change][] {
  let end = 0;
  const ranges = bases.map(({ dims }) => {
    end += dims[0]!;
    return [end - dims[0]!, end] as const;
  });
  const whole = planLayer(parts, { ...options, base: together(bases) });
  const slices = createSlices();
  return paths.map((path, i) => {
    return [path, { at: (weight) => rowsOf(whole.at(weight), ranges[i]!, slices) }];
  });
}

/** The layers as one, one below the other. */
function together(bases: readonly Base[]): Base {
  const [{ dims, read, readBias }] = bases as [Base];
  const whole = [bases.reduce((sum, base) => sum + base.dims[0]!, 0), ...dims.slice(1)];
  const all = (one: (base: Base) => Numbers) => stacked(bases.map((base) => asMatrix(one(base)))).data;
  return {
    dims: whole,
    ...(read && { read: () => ({ dims: whole, data: all((base) => base.read!()) }) }),
    ...(readBias && { readBias: () => ({ dims: [whole[0]!], data: all((base) => base.readBias!()) }) }),
  };
}

type Range = readonly [begin: number, end: number];

function rowsOf(
  { lowRank, product, stretch, bias, scale }: Addition,
  range: Range,
  { slice, dense }: Slices,
): Addition {
  const few = (numbers: Numbers) => (numbers.dims[0] === 1 ? numbers : slice(numbers, range));
  return {
    ...(lowRank && { lowRank: { ...lowRank, up: slice(lowRank.up, range) } }),
    ...(product && { product: productRows(product, range, { slice, dense }) }),
    ...(stretch && { stretch: few(stretch) }),
    ...(bias && { bias: slice(bias, range) }),
    ...(scale && { scale: slice(scale, range) }),
  };
}

type Product = NonNullable<Addition["product"]>;

/** Where whole blocks of the second matrix are the rows, those of the first are enough. */
function productRows(product: Product, range: Range, { slice, dense }: Slices): Product {
  const { first, second, strength } = product;
  const block = second.dims[0]!;
  const [begin, end] = range;
  if (begin % block === 0 && end % block === 0)
    return { first: slice(first, [begin / block, end / block]), second, strength };
  return { first: ONE, second: slice(dense(product), range), strength };
}

interface Slices {
  slice(numbers: Numbers, range: Range): Numbers;
  /** The whole matrix. */
  dense(product: Product): Numbers;
}

/** The same numbers each time, so that what is made of them can be kept. */
function createSlices(): Slices {
  const slices = new WeakMap<Numbers, Map<string, Numbers>>();
  const wholes = new WeakMap<Numbers, { readonly first: Numbers; readonly whole: Numbers }>();
  return {
    slice: (numbers, range) => {
      const known = slices.get(numbers) ?? new Map<string, Numbers>();
      slices.set(numbers, known);
      const own = known.get(String(range)) ?? sliced(numbers, range);
      known.set(String(range), own);
      return own;
    },
    dense: ({ first, second }) => {
      if (first === ONE) return second;
      const known = wholes.get(second);
      if (known?.first === first) return known.whole;
      const whole = kronecker(first, second);
      wholes.set(second, { first, whole });
      return whole;
    },
  };
}

function sliced(numbers: Numbers, [begin, end]: Range): Numbers {
  const width = elementCount(numbers.dims.slice(1));
  return deferred([end - begin, ...numbers.dims.slice(1)], () => numbers.data.slice(begin * width, end * width));
}
