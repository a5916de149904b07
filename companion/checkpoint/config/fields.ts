/** Reading a config.json field by field, with diffusers' defaults; a value that nothing can be made of is refused by name. */
import { Problem } from "../../../shared/problem.ts";

interface Limits {
  readonly min?: number;
  readonly max?: number;
}

/** No dimension of a network that we could run is larger; a larger one would only serve to exhaust memory. */
const MAX_DIMENSION = 1 << 20;
const MAX_LIST = 64;

export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #origin: string;
  readonly #seen = new Set<string>();

  /** `origin` names the file in messages, e.g. "unet/config.json". Throws Problem "config-invalid". */
  constructor(json: unknown, origin: string) {
    if (typeof json !== "object" || json === null || Array.isArray(json))
      throw new Problem("config-invalid", `"${origin}" is not a JSON object: download the model again.`);
    this.#values = json as Record<string, unknown>;
    this.#origin = origin;
  }

  /** A field that is absent or null is absent. */
  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  /** The value as it stands; undefined where it is absent or null. */
  raw(name: string): unknown {
    this.#seen.add(name);
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
    return value === null ? undefined : value;
  }

  number(name: string, fallback: number): number {
    const value = this.raw(name) ?? fallback;
    return typeof value === "number" && Number.isFinite(value) ? value : this.refuse(name, "a number");
  }

  positive(name: string, fallback: number): number {
    const value = this.number(name, fallback);
    return value > 0 ? value : this.refuse(name, "a number above 0");
  }

  int(name: string, fallback: number, { min = 1, max = MAX_DIMENSION }: Limits = {}): number {
    const value = this.number(name, fallback);
    return Number.isInteger(value) && value >= min && value <= max
      ? value
      : this.refuse(name, `a whole number from ${min} to ${max}`);
  }

  intOrNull(name: string, limits?: Limits): number | null {
    return this.has(name) ? this.int(name, 0, limits) : null;
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.raw(name) ?? fallback;
    return typeof value === "boolean" ? value : this.refuse(name, "true or false");
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const value = this.raw(name) ?? fallback;
    return allowed.includes(value as T) ? (value as T) : this.refuse(name, `one of ${allowed.join(", ")}`);
  }

  oneOfOrNull<T extends string>(name: string, allowed: readonly T[]): T | null {
    return this.has(name) ? this.oneOf(name, allowed, allowed[0]!) : null;
  }

  numbers(name: string, fallback: readonly number[]): readonly number[] {
    const value = this.raw(name) ?? fallback;
    return isList(value, (item): item is number => typeof item === "number" && Number.isFinite(item))
      ? value
      : this.refuse(name, "a list of numbers");
  }

  ints(name: string, fallback: readonly number[], { min = 1, max = MAX_DIMENSION }: Limits = {}): readonly number[] {
    const value = this.numbers(name, fallback);
    return value.length > 0 && value.every((n) => Number.isInteger(n) && n >= min && n <= max)
      ? value
      : this.refuse(name, `a list of whole numbers from ${min} to ${max}`);
  }

  /** An int for all levels, or a list with one for each. */
  intPerLevel(name: string, levels: number, fallback: number, limits?: Limits): readonly number[] {
    if (!Array.isArray(this.raw(name))) return Array(levels).fill(this.int(name, fallback, limits));
    const list = this.ints(name, [], limits);
    return list.length === levels ? list : this.refuse(name, `one number, or ${levels} of them`);
  }

  /** An int for all places of all levels, or a list with, for each level, an int or a list with one for each of its `places`. */
  intsPerPlace(
    name: string,
    places: readonly number[],
    { fallback, min = 1, max = MAX_DIMENSION }: Limits & { readonly fallback: unknown },
  ): readonly (readonly number[])[] {
    const value = this.raw(name) ?? fallback;
    const levels: unknown[] = Array.isArray(value) ? value : Array(places.length).fill(value);
    const lists = levels.map((level, i) =>
      Array.isArray(level) ? level.slice(0, places[i]) : Array(places[i]).fill(level),
    );
    const fits = (list: unknown[], i: number) =>
      list.length === places[i] &&
      list.every((n) => Number.isInteger(n) && (n as number) >= min && (n as number) <= max);
    return lists.length === places.length && lists.every(fits)
      ? lists
      : this.refuse(name, `numbers from ${min} to ${max} for ${places.join(", ")} places`);
  }

  flagPerLevel(name: string, levels: number, fallback: boolean): readonly boolean[] {
    const value = this.raw(name) ?? fallback;
    if (typeof value === "boolean") return Array(levels).fill(value);
    return isList(value, (item): item is boolean => typeof item === "boolean") && value.length === levels
      ? value
      : this.refuse(name, `true or false, or a list of ${levels} of them`);
  }

  listOf<T extends string>(name: string, allowed: readonly T[], fallback: readonly T[]): readonly T[] {
    const value = this.raw(name) ?? fallback;
    return isList(value, (item): item is T => allowed.includes(item as T))
      ? value
      : this.refuse(name, `a list of ${allowed.join(", ")}`);
  }

  /** A side length that may also be given as [height, width], which must then be equal. */
  side(name: string, fallback: number): number {
    const value = this.raw(name);
    if (!Array.isArray(value)) return this.int(name, fallback);
    const [height, width] = this.ints(name, []);
    return value.length === 2 && height === width ? height! : this.refuse(name, "square");
  }

  /** Fields that only one value of is supported: {name: value}. null also stands for an absent field. */
  only(values: Readonly<Record<string, string | number | boolean | null>>): void {
    for (const [name, allowed] of Object.entries(values)) {
      const value = this.raw(name) ?? allowed;
      if (value !== allowed) this.refuse(name, allowed === null ? "absent" : JSON.stringify(allowed));
    }
  }

  /** Lists that only one number alone is supported in. null also stands for an absent field. */
  onlyListed(values: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(values)) {
      const given = this.ints(name, [value]);
      if (given.length !== 1 || given[0] !== value) this.refuse(name, `[${value}]`);
    }
  }

  /** Fields that change nothing about the result. */
  ignore(...names: string[]): void {
    for (const name of names) this.#seen.add(name);
  }

  /** Every field that is still unread must be empty, or a private note of the writer (`_name_or_path`, …). */
  refuseOthers(): void {
    for (const [name, value] of Object.entries(this.#values)) {
      if (this.#seen.has(name) || name.startsWith("_") || value === null || value === false) continue;
      throw new Problem(
        "config-invalid",
        `"${this.#origin}" sets "${clip(name)}", which this version of Underpaint does not know: this model needs a newer version.`,
      );
    }
  }

  refuse(name: string, expected: string): never {
    throw new Problem(
      "config-invalid",
      `"${this.#origin}" has ${name} = ${clip(JSON.stringify(this.#values[name] ?? null))}, but only ${expected} is supported: choose another model.`,
    );
  }
}

function isList<T>(value: unknown, test: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.length <= MAX_LIST && value.every(test);
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
