/** Group norms in one kernel. */
import { float, int } from "../attributes.ts";
import type { Graph, Value } from "../graph.ts";

export interface GroupNormOptions {
  readonly groups: number;
  readonly eps: number;
}

/** Of a norm's result, what makes the same with SiLU after it. */
const activated = new WeakMap<Value, () => Value>();

/**
 * Channels of x [B, C, H, W] in groups, each to mean 0 and variance 1, then · scale[C] + shift[C], both float32. ONNX Runtime,
 * core/graph/contrib_ops/diffusion_defs.cc, GroupNorm.
 */
export function groupNorm(
  op: Graph,
  x: Value,
  [scale, shift]: readonly [Value, Value],
  { groups, eps }: GroupNormOptions,
): Value {
  const make = (activation: 0 | 1) => {
    const told = { groups: int(groups), epsilon: float(eps), activation: int(activation), channels_last: int(0) };
    return op.emit("GroupNorm", [x, scale, shift], [x], told, { domain: "com.microsoft" })[0]!;
  };
  const normal = make(0);
  activated.set(normal, () => make(1));
  return normal;
}

/** x · sigmoid(x) of what such a norm gave, made by it; undefined where x is not its result. What nothing else reads is not computed. */
export const activatedGroupNorm = (x: Value): Value | undefined => activated.get(x)?.();
