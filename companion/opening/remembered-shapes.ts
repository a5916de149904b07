import type { WeightStore } from "../graph/weights.ts";

const known = new WeakMap<object, WeightStore>();

/** What `make` makes of a configuration, once. */
export function remembered<C extends object>(config: C, make: (config: C) => WeightStore): WeightStore {
  const shapes = known.get(config) ?? make(config);
  known.set(config, shapes);
  return shapes;
}
