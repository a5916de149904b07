/** Layers under the names of the original code, and under diffusers': one table serves files and LoRAs. */
import type { WeightRef } from "../../graph/weights.ts";
import type { Refs } from "../files/component.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";
import { rowRange } from "../files/row-range.ts";

/**
 * "#" stands for a block's number. Several of diffusers' names are parts of one matrix, in order: equal ones, or as large by each
 * other as their shares are.
 */
export type LayerNames = readonly (readonly [published: string, diffusers: readonly LayerName[]])[];
type LayerName = string | readonly [name: string, share: number];

const nameOf = (name: LayerName): string => (typeof name === "string" ? name : name[0]);
const shareOf = (name: LayerName): number => (typeof name === "string" ? 1 : name[1]);

/** What else layers are called than in `paths` (diffusers' names), and which of those it stands for. */
export function otherNamesIn(names: LayerNames, paths: readonly string[]): Map<string, readonly string[]> {
  const all = new Set(paths);
  const blocks = new Set(paths.map((path) => /\.(\d+)\./.exec(path)?.[1] ?? "0"));
  const found = new Map<string, readonly string[]>();
  for (const [published, diffusers] of names)
    for (const block of blocks) {
      const own = diffusers.map((name) => nameOf(name).replace("#", block));
      if (own.every((path) => all.has(path))) found.set(published.replace("#", block), own);
    }
  return found;
}

type Rule = readonly [pattern: RegExp, names: readonly LayerName[]];

/** Whole names. `endOf`: how a layer's tensors end, as a pattern; what its group "end" finds stays, or else they are weights. */
export const rulesOf = (names: LayerNames, endOf: (published: string) => string): readonly Rule[] =>
  names.map(([published, diffusers]) => [
    new RegExp(`^${published.replaceAll(".", "\\.").replace("#", "(?<block>\\d+)")}\\.${endOf(published)}$`),
    diffusers,
  ]);

/**
 * A file's tensors under diffusers' names, which those that are `known` have already. Keys that are neither are handed back in
 * `unknown`. `refs` without a prefix. Throws as `RenamedRefs`.
 */
export function renameLayers(
  refs: Refs,
  rules: readonly Rule[],
  known: (key: string) => boolean,
): { refs: Refs; unknown: string[] } {
  const renamed = new RenamedRefs();
  const unknown: string[] = [];
  for (const [key, ref] of refs) {
    const rule = rules.find(([pattern]) => pattern.test(key));
    if (rule) for (const [name, part] of partsOf(key, ref, rule)) renamed.set(name, part);
    else if (known(key)) renamed.set(key, ref);
    else unknown.push(key);
  }
  return { refs: renamed, unknown };
}

function partsOf(key: string, ref: WeightRef, [pattern, names]: Rule): (readonly [string, WeightRef])[] {
  const { block = "", end = "weight" } = pattern.exec(key)!.groups ?? {};
  const called = names.map((name) => `${nameOf(name).replace("#", block)}.${end}`);
  const shares = names.map(shareOf);
  const all = shares.reduce((sum, share) => sum + share, 0);
  const whole = ref.dims.length <= 2 && ref.dims[0]! % all === 0;
  if (called.length === 1 || !whole) return [[called[0]!, ref]];
  const each = ref.dims[0]! / all;
  let first = 0;
  return called.map((name, i) => {
    const part = rowRange(ref, first, shares[i]! * each);
    first += shares[i]! * each;
    return [name, part];
  });
}
