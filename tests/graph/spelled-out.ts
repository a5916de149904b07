/** Operators that only cards have, said by those that the processor has, too: what they mean is compared, not how they are computed. */
import type { Attribute } from "../../companion/graph/attributes.ts";
import { ints } from "../../companion/graph/attributes.ts";
import { PLAIN } from "../../companion/graph/dialect.ts";
import type { Graph, Node, Value } from "../../companion/graph/graph.ts";
import { groupNormalization } from "../../companion/graph/group-norms.ts";
import { silu, transpose } from "../../companion/graph/ops.ts";

const FIRST = [0, 3, 1, 2];
const LAST = [0, 2, 3, 1];

const numberOf = (attribute: Attribute | undefined): number => {
  if (attribute?.kind !== "int" && attribute?.kind !== "float") throw new Error("It is no number.");
  return attribute.value;
};

const rename = (to: Graph, value: Value, order: readonly number[], output: Value): void => {
  to.emit("Transpose", [value], [output], { perm: ints(order) }, { output: output.name });
};

function convolution(to: Graph, { inputs: [x, kernels, bias], outputs: [output], attributes }: Node): void {
  const [b, h, w, o] = output!.dims;
  const given = [transpose(to, x!, FIRST), transpose(to, kernels!, FIRST), bias];
  const [y] = to.emit("Conv", given, [{ type: x!.type, dims: [b!, o!, h!, w!] }], attributes);
  rename(to, y!, LAST, output!);
}

function norm(to: Graph, { inputs: [x, scale, shift], outputs: [output], attributes }: Node): void {
  if (scale!.type !== "float32" || shift!.type !== "float32") throw new Error("CUDA wants float32 here.");
  const last = numberOf(attributes.channels_last) === 1;
  const [groups, eps] = [numberOf(attributes.groups), numberOf(attributes.epsilon)];
  const picture = last ? transpose(to, x!, FIRST) : x!;
  const normal = groupNormalization(to, picture, [scale!, shift!], { groups, eps });
  const y = numberOf(attributes.activation) === 1 ? silu(to, normal) : normal;
  rename(to, y, last ? LAST : [0, 1, 2, 3], output!);
}

/** The same network, which the processor can run. */
export const spelledOut = (graph: Graph): Graph =>
  graph.rewritten(
    (to) => (node, keep) => {
      if (node.operator === "NhwcConv") convolution(to, node);
      else if (node.operator === "GroupNorm") norm(to, node);
      else keep(node);
    },
    { ...graph.dialect, ...PLAIN },
  );
