/** What can go wrong with a file of tensors, in every way that a header can show. */
import { asWholeNumbers } from "./number-types.ts";
import { type Entry, type Tensors, zeros } from "./tensors.ts";

const at = (tensors: Tensors, share: number) => [...tensors.keys()][Math.floor(share * (tensors.size - 1))]!;
const changed = (tensors: Tensors, name: string, change: (entry: Entry) => Entry): Tensors =>
  new Map([...tensors].map(([key, entry]) => [key, key === name ? change(entry) : entry]));
const without = (tensors: Tensors, name: string): Tensors => new Map([...tensors].filter(([key]) => key !== name));
const wider = ({ dtype, shape, bytes }: Entry): Entry => {
  const [first = 1, ...rest] = shape;
  return { dtype, shape: [first * 2, ...rest], ...(bytes && { bytes: Buffer.concat([bytes, bytes]) }) };
};
const sameNumbers = (shape: (own: readonly number[]) => readonly number[]) => (entry: Entry) => ({
  ...entry,
  shape: shape(entry.shape),
});

/** By name. */
export const DAMAGES: Readonly<Record<string, (tensors: Tensors) => Tensors>> = {
  "is as it was": (tensors) => tensors,
  "lacks its first tensor": (tensors) => without(tensors, at(tensors, 0)),
  "lacks one in the middle": (tensors) => without(tensors, at(tensors, 0.5)),
  "lacks its last": (tensors) => without(tensors, at(tensors, 1)),
  "has one too many": (tensors) => new Map([...tensors, ["something.else", [...tensors.values()][0]!]]),
  "has its first in another shape": (tensors) => changed(tensors, at(tensors, 0), wider),
  "has one in the middle in another shape": (tensors) => changed(tensors, at(tensors, 0.5), wider),
  "has one with a dimension more": (tensors) =>
    changed(
      tensors,
      at(tensors, 0.4),
      sameNumbers((shape) => [...shape, 1]),
    ),
  "has one in a row": (tensors) =>
    changed(
      tensors,
      at(tensors, 0.6),
      sameNumbers((shape) => [shape.reduce((a, b) => a * b, 1)]),
    ),
  "has one as whole numbers": (tensors) => changed(tensors, at(tensors, 0.5), asWholeNumbers),
  "has an empty tensor": (tensors) =>
    changed(tensors, at(tensors, 0.5), ({ dtype, shape }) => zeros(dtype, [0, ...shape.slice(1)])),
};

/** What can go wrong with its bytes: how many are left. */
export const CUTS: Readonly<Record<string, (bytes: number) => number>> = {
  "is cut short": (bytes) => bytes - 5,
  "has half a header": (bytes) => Math.min(bytes - 1, 200),
  "has its length alone": () => 8,
  "is empty": () => 0,
};
