/**
 * What networks gave for something that comes again: prompts, references, pictures to change, control pictures of a run with
 * several seeds, or of the next run. By content, so that it can't be out of date; the longest unused goes first. What is kept is
 * handed out again as it is: nobody may change it.
 */
import { createHash, type Hash } from "node:crypto";

/** Numbers and texts that a result depends on, in order. */
export type Ingredient = string | { readonly data: ArrayBufferView; readonly dims: readonly number[] };

export interface KeptResults {
  /** `what`: the work, its weights and all that is not in the ingredients. */
  of<T>(what: string, ingredients: readonly Ingredient[], make: () => Promise<T>): Promise<T>;
}

/** `budget`: bytes of the numbers that are kept. */
export function createKeptResults(budget: number): KeptResults {
  // A Map keeps its order: what is used is taken out and put back at the end.
  const kept = new Map<string, { readonly value: unknown; readonly bytes: number }>();
  let total = 0;
  return {
    of: async <T>(what: string, ingredients: readonly Ingredient[], make: () => Promise<T>): Promise<T> => {
      const key = `${what}/${hashOf(ingredients)}`;
      const known = kept.get(key);
      kept.delete(key);
      if (known) {
        kept.set(key, known);
        return known.value as T;
      }
      const value = await make();
      const bytes = bytesOf(value);
      if (bytes > budget / 2) return value;
      kept.set(key, { value, bytes });
      total += bytes;
      for (const [oldest, entry] of kept) {
        if (total <= budget) break;
        kept.delete(oldest);
        total -= entry.bytes;
      }
      return value;
    },
  };
}

/** Of all ingredients, hexadecimal. */
export function hashOf(ingredients: readonly Ingredient[]): string {
  const hash = createHash("sha256");
  for (const ingredient of ingredients) add(hash, ingredient);
  return hash.digest("hex");
}

function add(hash: Hash, ingredient: Ingredient): void {
  if (typeof ingredient === "string") hash.update(`${ingredient.length}:${ingredient}`);
  else {
    const { data, dims } = ingredient;
    hash.update(`[${dims}]`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
}

/** Of all numbers in a value. */
function bytesOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + bytesOf(part), 0);
}

const names = new WeakMap<object, string>();
let named = 0;

/** A name for a thing that stays the same as long as it lives: two things never have the same one. */
export function nameOf(thing: object): string {
  const known = names.get(thing);
  if (known !== undefined) return known;
  const name = `#${++named}`;
  names.set(thing, name);
  return name;
}
