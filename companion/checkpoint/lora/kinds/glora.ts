import { deferred } from "../../files/deferred-numbers.ts";
import { asMatrix, contractSecond, multiply, rowLength, sideBySide, stacked, sum } from "../arithmetic.ts";
import { difference, lowRank } from "../gains.ts";
import type { Kind } from "./kind.ts";

/**
 * GLoRA (Chavan et al. 2023) as LyCORIS writes it (KohakuBlueleaf/LyCORIS, lycoris/modules/glora.py): the weight W gains
 * (W·a₁·a₂ + b₁·b₂) · alpha / rank. Its first versions swapped the two of each pair (ComfyUI, comfy/weight_adapter/glora.py).
 */
export const GLORA: Kind = {
  name: "GLoRA",
  marks: ["a1", "a2", "b1", "b2"],
  readsOwn: true,
  shape: (layer) => {
    const [b1, b2] = [layer.dims("b1"), layer.dims("b2")];
    if (!b1 || !b2) return undefined;
    return b1[0]! < rowLength({ dims: b1 }) ? [b2[0]!, ...b1.slice(1)] : [b1[0]!, ...b2.slice(1)];
  },
  gain: (layer, { dims, read }) => {
    const [a1, a2, b1, b2] = [layer.get("a1"), layer.get("a2"), layer.get("b1"), layer.get("b2")];
    const [out, width] = [dims[0]!, rowLength({ dims })];
    const swapped = b1.dims[0] !== out;
    const [inner, outer] = (swapped ? [a2, a1] : [a1, a2]).map(asMatrix) as [typeof a1, typeof a1];
    const [up, plain] = swapped ? [b2, b1] : [b1, b2];
    const rank = rowLength(up);
    const core = layer.optional("bm");
    const down = layer.fit(core ? contractSecond(core, layer.rows(plain, rank)) : plain, [rank, width]);
    const scale = layer.scale(rank);
    const own = deferred(dims, () => read!().data);
    if (width === dims[1]!)
      return lowRank(stacked([outer, down]), sideBySide([multiply(asMatrix(own), inner), layer.rows(up, out)]), scale);
    const turned = contractSecond(contractSecond(own, inner), outer);
    return difference(sum([asMatrix(turned), multiply(layer.rows(up, out), down)]), scale);
  },
};
