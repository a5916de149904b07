import { type WeightRef, type WeightStore, Weights } from "../graph/weights.ts";

/** Answers every question as a file would that has what is asked for, and remembers it. */
class Wished extends Weights {
  readonly #all: Map<string, WeightRef>;

  constructor(all: Map<string, WeightRef>, path = "") {
    super({ origin: "", find: () => undefined, keys: () => [] }, path);
    this.#all = all;
  }

  override at(name: string | number): Weights {
    return new Wished(this.#all, this.#key(String(name)));
  }

  /** Nothing is stored the other way round. */
  override has(name: string): boolean {
    return !name.endsWith(".T");
  }

  override get(name: string, dims: readonly number[]): WeightRef {
    const key = this.#key(name);
    const ref: WeightRef = { key, type: "F32", dims, file: "", offset: 0, byteLength: 0 };
    this.#all.set(key, ref);
    return ref;
  }

  #key(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }
}

/** The keys and shapes of what `build` asks for: of a network whose file is not there. For networks that choose nothing by their file. */
export function shapesOf(build: (weights: Weights) => unknown): WeightStore {
  const all = new Map<string, WeightRef>();
  build(new Wished(all));
  return { origin: "", find: (key) => all.get(key), keys: () => all.keys() };
}
