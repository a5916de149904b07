import { contractSecond, rowLength } from "../arithmetic.ts";
import { lowRank } from "../gains.ts";
import type { Kind } from "./kind.ts";

/** LoRA (Hu et al. 2021) and LoCon, with a core between the two matrices (CP) where there is one. */
export const LOW_RANK: Kind = {
  name: "LoRA",
  marks: ["down", "up"],
  shape: (layer) => {
    const [up, down, core] = [layer.dims("up"), layer.dims("down"), layer.dims("mid")];
    if (!up || !down) return undefined;
    return core ? [up[0]!, down[1]!, ...core.slice(2)] : [up[0]!, ...down.slice(1)];
  },
  gain: (layer, { dims }) => {
    const [own, inner, core] = [layer.get("up"), layer.get("down"), layer.optional("mid")];
    const up = layer.rows(own, dims[0]!);
    const rank = up.dims[1]!;
    const down = core ? contractSecond(core, layer.rows(inner, rank)) : inner;
    return lowRank(layer.fit(down, [rank, rowLength({ dims })]), up, layer.scale(rank));
  },
};
