/**
 * RRDBNet: Wang et al. 2018, "ESRGAN", section 3.1; the blocks of ESRGAN+ (Rakotonirina and Rasoanaivo 2020) where a file has
 * them; Real-ESRGAN's folding of pixels into channels (Wang et al. 2021, section 3.4). Source: spandrel 0.4.2,
 * architectures/ESRGAN and __arch_helpers/block.py.
 */
import { dimAt } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { conv2d, conv2dNoBias } from "../../graph/layers.ts";
import { add, concat, leakyRelu, mul, pixelUnshuffle, resizeNearest, scalar } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import type { Upscaler } from "./upscaler.ts";

const ONE = [1, 1, 1, 1] as const;
const SLOPE = 0.2;
/** What of a block's result is added to what it was given. */
const SHARE = 0.2;

export interface RrdbConfig {
  /** Channels inside. */
  readonly features: number;
  /** Channels that each convolution of a dense block adds. */
  readonly growth: number;
  readonly blocks: number;
  /** How often the picture is doubled at the end. */
  readonly doublings: number;
  /** n×n pixels become channels first; 1 where they do not. */
  readonly fold: number;
  /** True for ESRGAN+. */
  readonly plus: boolean;
}

/** Keys: conv_first, body.N.rdbM.convK, conv_body, conv_up1 …, conv_hr, conv_last. */
export const rrdb = ({ features, growth, blocks, doublings, fold, plus }: RrdbConfig): Upscaler => ({
  architecture: plus ? "ESRGAN+" : "ESRGAN",
  scale: 2 ** doublings / fold,
  multiple: fold,
  apply: (op, w, x) => {
    const same = (name: string, value: Value, out = features) =>
      conv2d(op, w.at(name), value, [out, 3], { padding: ONE });
    const first = same("conv_first", pixelUnshuffle(op, x, fold));
    let h = first;
    for (let i = 0; i < blocks; i++) h = block(op, w.at("body").at(i), h, { growth, plus });
    h = add(op, same("conv_body", h), first);
    for (let i = 1; i <= doublings; i++) {
      const doubled = resizeNearest(op, h, [2 * dimAt(h, 2), 2 * dimAt(h, 3)]);
      h = leakyRelu(op, same(`conv_up${i}`, doubled), SLOPE);
    }
    return same("conv_last", leakyRelu(op, same("conv_hr", h), SLOPE), 3);
  },
});

type BlockConfig = Pick<RrdbConfig, "growth" | "plus">;

/** Residual in residual: three dense blocks. */
function block(op: Graph, w: Weights, x: Value, config: BlockConfig): Value {
  let h = x;
  for (const name of ["rdb1", "rdb2", "rdb3"]) h = dense(op, w.at(name), h, config);
  return op.scope(w.path, () => add(op, mul(op, h, scalar(op, SHARE)), x));
}

/** Five convolutions, each of which sees all before it. */
function dense(op: Graph, w: Weights, x: Value, { growth, plus }: BlockConfig): Value {
  const seen = [x];
  for (const i of [1, 2, 3, 4]) {
    const conv = conv2d(op, w.at(`conv${i}`), concat(op, seen, 1), [growth, 3], { padding: ONE });
    const made = leakyRelu(op, conv, SLOPE);
    if (plus && i === 2) seen.push(add(op, made, conv2dNoBias(op, w.at("conv1x1"), x, [growth, 1])));
    else if (plus && i === 4) seen.push(add(op, made, seen[2]!));
    else seen.push(made);
  }
  const last = conv2d(op, w.at("conv5"), concat(op, seen, 1), [dimAt(x, 1), 3], { padding: ONE });
  return op.scope(w.path, () => add(op, mul(op, last, scalar(op, SHARE)), x));
}
