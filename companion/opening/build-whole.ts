import { isIgnorable } from "../checkpoint/identify/ignorable.ts";
import { refuseLeftovers } from "../checkpoint/identify/leftovers.ts";
import { type WeightStore, Weights } from "../graph/weights.ts";

/**
 * What `build` makes of a file's weights, of which none may be left over. `isOther`: keys that belong to another network.
 * Throws Problem "weights-missing", "weights-shape", "weights-leftover", "model-unsupported" (number types).
 */
export function buildWhole<T>(
  store: WeightStore,
  build: (weights: Weights) => T,
  isOther: (key: string) => boolean = () => false,
): T {
  const weights = new Weights(store);
  const built = build(weights);
  const unused = weights.unused().filter((key) => !isIgnorable(key) && !isOther(key));
  refuseLeftovers(
    unused.map((key) => store.find(key)!.key),
    store.origin,
  );
  return built;
}
