/**
 * DAT: Chen et al. 2023, "Dual Aggregation Transformer for Image Super-Resolution". Source: spandrel 0.4.2,
 * architectures/DAT/__arch/DAT.py.
 */
import type { Graph, Value } from "../../graph/graph.ts";
import { conv2d, layerNorm } from "../../graph/layers.ts";
import { add, floats, leakyRelu, pixelShuffle, sub } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import { pictureOf, rowsOf } from "../blocks/rows.ts";
import { rollMask } from "../blocks/windows.ts";
import { type BlockConfig, block } from "./dat-block.ts";
import { type DatConfig, NORM_EPS } from "./dat-config.ts";
import type { Upscaler } from "./upscaler.ts";

const ONE = [1, 1, 1, 1] as const;
const MEAN = [0.4488, 0.4371, 0.404];
/** Keys: conv_first, before_RG.1, layers.N.(blocks.M conv), norm, conv_after_body, conv_before_upsample.0, upsample.N, conv_last. */
export function dat(config: DatConfig): Upscaler {
  const { features, upsampling } = config;
  const factors = upsampling.kind === "direct" ? [upsampling.factor] : upsampling.factors;
  return {
    architecture: "DAT",
    scale: factors.reduce((product, factor) => product * factor, 1),
    multiple: 1,
    apply: (op, w, x) => {
      const mean = floats(op, MEAN, [1, 3, 1, 1]);
      const first = conv2d(op, w.at("conv_first"), sub(op, x, mean), [features, 3], { padding: ONE });
      const maskFor = masksOnce(op);
      let h = layerNorm(op, w.at("before_RG.1"), rowsOf(op, first), NORM_EPS);
      for (const [index, { heads, blocks }] of config.groups.entries()) {
        const group = w.at("layers").at(index);
        let inner = h;
        for (let i = 0; i < blocks; i++)
          inner = block(op, group.at("blocks").at(i), inner, { ...config, heads, group: index, index: i, maskFor });
        h = add(op, h, rowsOf(op, connected(op, group.at("conv"), pictureOf(op, inner), config)));
      }
      const body = pictureOf(op, layerNorm(op, w.at("norm"), h, NORM_EPS));
      const deep = add(op, connected(op, w.at("conv_after_body"), body, config), first);
      return add(op, enlarged(op, w, deep, upsampling), mean);
    },
  };
}

/** Masks are large: one for each window and size. */
function masksOnce(op: Graph): BlockConfig["maskFor"] {
  const known = new Map<string, Value>();
  return (window, size) => {
    const mask = known.get(`${window}`) ?? rollMask(op, size, window);
    known.set(`${window}`, mask);
    return mask;
  };
}

function connected(op: Graph, w: Weights, x: Value, { features, connection }: DatConfig): Value {
  if (connection === "1conv") return conv2d(op, w, x, [features, 3], { padding: ONE });
  const narrow = Math.floor(features / 4);
  const first = leakyRelu(op, conv2d(op, w.at(0), x, [narrow, 3], { padding: ONE }), 0.2);
  const second = leakyRelu(op, conv2d(op, w.at(2), first, [narrow, 1]), 0.2);
  return conv2d(op, w.at(4), second, [features, 3], { padding: ONE });
}

function enlarged(op: Graph, w: Weights, x: Value, upsampling: DatConfig["upsampling"]): Value {
  if (upsampling.kind === "direct") {
    const { factor } = upsampling;
    return pixelShuffle(op, conv2d(op, w.at("upsample").at(0), x, [3 * factor * factor, 3], { padding: ONE }), factor);
  }
  const { features, factors } = upsampling;
  const before = conv2d(op, w.at("conv_before_upsample").at(0), x, [features, 3], { padding: ONE });
  // torch's own slope.
  let h = leakyRelu(op, before, 0.01);
  for (const [i, factor] of factors.entries()) {
    const wide = conv2d(op, w.at("upsample").at(2 * i), h, [features * factor * factor, 3], { padding: ONE });
    h = pixelShuffle(op, wide, factor);
  }
  return conv2d(op, w.at("conv_last"), h, [3, 3], { padding: ONE });
}
