/** What add-ons make of a norm's weight and bias. */
import { times } from "./arithmetic.ts";
import type { Base, Change } from "./change.ts";
import type { LayerReader } from "./layer-reader.ts";

/**
 * Both are added: `w_norm`, `b_norm` (KohakuBlueleaf/LyCORIS, lycoris/modules/norms.py), or `diff`, `diff_b` as of any layer.
 * `base.dims` = [channels].
 */
export function normChange(layer: LayerReader, { dims }: Base): Change {
  const read = (part: "w_norm" | "b_norm" | "diff" | "diff_b") => {
    const own = layer.optional(part);
    return own && layer.fit(own, dims);
  };
  const scale = read("w_norm") ?? read("diff");
  const bias = read("b_norm") ?? read("diff_b");
  return {
    at: (weight) => ({
      ...(scale && { scale: times(scale, weight) }),
      ...(bias && { bias: times(bias, weight) }),
    }),
  };
}
