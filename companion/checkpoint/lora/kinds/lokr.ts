import { elementCount } from "../../../tensor.ts";
import { redimensioned } from "../../files/deferred-numbers.ts";
import { contractSecond, multiply, rowLength, transposed } from "../arithmetic.ts";
import { product } from "../gains.ts";
import type { LayerReader } from "../layer-reader.ts";
import type { Kind } from "./kind.ts";

/** LoKr: first ⊗ second, each whole or of factors (KohakuBlueleaf/LyCORIS, lycoris/functional/lokr.py). */
export const LOKR: Kind = {
  name: "LoKr",
  marks: ["lokr_w1", "lokr_w1_a", "lokr_w1_b", "lokr_w2", "lokr_w2_a", "lokr_w2_b"],
  shape: (layer) => {
    const first = layer.dims("lokr_w1") ?? factored(layer, 1);
    const second = layer.dims("lokr_w2") ?? factored(layer, 2);
    return first && second && [first[0]! * second[0]!, first[1]! * second[1]!, ...second.slice(2)];
  },
  gain: (layer, { dims }) => {
    // Where both are whole, alpha says nothing.
    const rank = (layer.dims("lokr_w1_b") ?? layer.dims("lokr_w2_b"))?.[0];
    const scale = layer.scale(rank ?? 1);
    const first = layer.optional("lokr_w1") ?? multiply(layer.get("lokr_w1_a"), layer.get("lokr_w1_b"));
    const second = layer.optional("lokr_w2") ?? secondOf(layer);
    const [[m, n], [p, q]] = [first.dims, [second.dims[0]!, rowLength(second)]] as const;
    if (first.dims.length !== 2 || m! * p !== dims[0] || n! * q !== rowLength({ dims }) || elementCount(dims) === 0)
      throw layer.misfit(`[${first.dims}] ⊗ [${second.dims}] where this model has [${dims}]`);
    return product(first, redimensioned(second, [p, q]), rank === undefined ? () => 1 : scale);
  },
};

function factored(layer: LayerReader, n: 1 | 2): readonly number[] | undefined {
  const [a, b] = [layer.dims(`lokr_w${n}_a`), layer.dims(`lokr_w${n}_b`)];
  const core = n === 2 ? layer.dims("lokr_t2") : undefined;
  if (!a || !b) return undefined;
  return core ? [a[1]!, b[1]!, ...core.slice(2)] : [a[0]!, ...b.slice(1)];
}

function secondOf(layer: LayerReader) {
  const [a, b] = [layer.get("lokr_w2_a"), layer.get("lokr_w2_b")];
  const core = layer.optional("lokr_t2");
  return core ? multiply(transposed(a), contractSecond(core, b)) : multiply(a, b);
}
