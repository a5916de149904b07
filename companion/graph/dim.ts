/**
 * Dims of values. Most are numbers; a sequence whose length each run chooses is a symbol, and what comes of it by joining,
 * splitting and regrouping is a sum of symbols, each times a whole number, and a number: "S", "S+512", "24*S". Equal dims are
 * the same text, so that they are compared like numbers.
 */

declare const SYMBOLIC: unique symbol;

export type SymbolicDim = string & { readonly [SYMBOLIC]: true };
export type Dim = number | SymbolicDim;

/** What symbols stand for in a run. */
export type Symbols = Readonly<Record<string, number>>;

interface Sum {
  readonly constant: number;
  readonly times: ReadonlyMap<string, number>;
}

/** A dim that each run chooses, 1 or more. `name`: letters. */
export function symbol(name: string): SymbolicDim {
  if (!/^[A-Za-z]+$/.test(name)) throw new RangeError(`Cannot call a dim "${name}" as its name must be letters`);
  return name as SymbolicDim;
}

export const isFixed = (dim: Dim): dim is number => typeof dim === "number";

/** The dim at `axis` (from the end where it is negative), which must be a number. Throws RangeError. */
export const dimAt = ({ dims }: { readonly dims: readonly Dim[] }, axis: number): number =>
  fixedDims([dims.at(axis)!])[0]!;

/** Dims that must all be numbers. Throws RangeError. */
export function fixedDims(dims: readonly Dim[]): number[] {
  return dims.map((dim) => {
    if (isFixed(dim)) return dim;
    throw new RangeError(`Cannot use [${dims}] here as "${dim}" is chosen by each run`);
  });
}

export function sumOf(...dims: readonly Dim[]): Dim {
  if (dims.every(isFixed)) return dims.reduce((sum, dim) => sum + dim, 0);
  const times = new Map<string, number>();
  let constant = 0;
  for (const sum of dims.map(read)) {
    constant += sum.constant;
    for (const [name, count] of sum.times) times.set(name, (times.get(name) ?? 0) + count);
  }
  return write({ constant, times });
}

export const timesOf = (dim: Dim, factor: number): Dim => mapped(dim, (count) => count * factor);

/** The number of elements. Throws RangeError where two symbols would be multiplied. */
export function productOf(dims: readonly Dim[]): Dim {
  if (dims.every(isFixed)) return dims.reduce((product, dim) => product * dim, 1);
  const [first = 1, ...more] = dims.filter((dim) => !isFixed(dim));
  if (more.length > 0) throw new RangeError(`Cannot multiply the dims of [${dims}]`);
  return dims.filter(isFixed).reduce(timesOf, first as Dim);
}

/** dim / by, where that is a dim; undefined where it is not. */
export function quotientOf(dim: Dim, by: Dim): Dim | undefined {
  if (isFixed(dim) && isFixed(by)) return Number.isInteger(dim / by) ? dim / by : undefined;
  if (isFixed(by)) {
    const result = mapped(dim, (count) => count / by);
    const { constant, times } = read(result);
    return [constant, ...times.values()].every(Number.isInteger) ? result : undefined;
  }
  const [[name, count] = []] = read(by).times;
  const factor = name === undefined ? 0 : (read(dim).times.get(name) ?? 0) / count!;
  return Number.isInteger(factor) && timesOf(by, factor) === dim ? factor : undefined;
}

/** What a dim is in a run. Throws RangeError where a symbol stands for nothing. */
export function dimIn(dim: Dim, symbols: Symbols): number {
  if (isFixed(dim)) return dim;
  const { constant, times } = read(dim);
  return [...times].reduce((sum, [name, count]) => {
    const value = symbols[name];
    if (value === undefined) throw new RangeError(`Nothing says what "${name}" of the dim "${dim}" is`);
    return sum + count * value;
  }, constant);
}

const mapped = (dim: Dim, f: (count: number) => number): Dim => {
  const { constant, times } = read(dim);
  return write({ constant: f(constant), times: new Map([...times].map(([name, count]) => [name, f(count)])) });
};

function read(dim: Dim): Sum {
  if (isFixed(dim)) return { constant: dim, times: new Map() };
  const times = new Map<string, number>();
  let constant = 0;
  for (const term of dim.split("+")) {
    const [, count = "1", name] = /^(?:(-?[\d.e-]+)\*)?([A-Za-z]+)$/.exec(term) ?? [];
    if (name === undefined) constant = Number(term);
    else times.set(name, Number(count));
  }
  return { constant, times };
}

function write({ constant, times }: Sum): Dim {
  const terms = [...times].filter(([, count]) => count !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
  if (terms.length === 0) return constant;
  const texts = terms.map(([name, count]) => (count === 1 ? name : `${count}*${name}`));
  return [...texts, ...(constant === 0 ? [] : [`${constant}`])].join("+") as SymbolicDim;
}
