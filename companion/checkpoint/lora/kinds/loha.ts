import type { Numbers } from "../../files/tensor-data.ts";
import {
  columnProducts,
  contractSecond,
  hadamard,
  multiply,
  rowLength,
  rowProducts,
  transposed,
} from "../arithmetic.ts";
import { difference, lowRank } from "../gains.ts";
import type { LayerReader } from "../layer-reader.ts";
import type { Kind } from "./kind.ts";

/**
 * LoHa: (a₁b₁) ∘ (a₂b₂) (KohakuBlueleaf/LyCORIS, lycoris/functional/loha.py). Every pair of columns and rows is one of rank 1,
 * so that it is a plain LoRA of rank r² (Hyeon-Woo et al. 2021, proposition 1). Where that is no saving, and where there are
 * cores, the product itself.
 */
export const LOHA: Kind = {
  name: "LoHa",
  marks: ["hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"],
  shape: (layer) => {
    const [a, b, core] = [layer.dims("hada_w1_a"), layer.dims("hada_w1_b"), layer.dims("hada_t1")];
    if (!a || !b) return undefined;
    return core ? [a[1]!, b[1]!, ...core.slice(2)] : [a[0]!, ...b.slice(1)];
  },
  gain: (layer, { dims }) => {
    const [out, width] = [dims[0]!, rowLength({ dims })];
    const rank = layer.get("hada_w1_b").dims[0]!;
    const scale = layer.scale(rank);
    if (layer.has("hada_t1")) {
      const both = hadamard(half(layer, 1), half(layer, 2));
      return difference(layer.fit(both, [out, width]), scale);
    }
    const [a1, b1, a2, b2] = [
      layer.fit(layer.get("hada_w1_a"), [out, rank]),
      layer.fit(layer.get("hada_w1_b"), [rank, width]),
      layer.fit(layer.get("hada_w2_a"), [out, rank]),
      layer.fit(layer.get("hada_w2_b"), [rank, width]),
    ] as const;
    if (2 * rank ** 2 > Math.min(out, width)) return difference(hadamard(multiply(a1, b1), multiply(a2, b2)), scale);
    return lowRank(rowProducts(b1, b2), columnProducts(a1, a2), scale);
  },
};

function half(layer: LayerReader, n: 1 | 2): Numbers {
  const [a, b] = [layer.get(`hada_w${n}_a`), layer.get(`hada_w${n}_b`)];
  return multiply(transposed(a), contractSecond(layer.get(`hada_t${n}`), b));
}
