/**
 * A network whose pictures lie channels last, [B, H, W, C], between the layers that want them so: convolutions and fused group norms as
 * tensor cores compute them. What works element by element, joins, cuts or resizes follows, rows of a picture [B, H·W, C] are it as it
 * lies, and only before what knows no other order is it turned back. ONNX Runtime's own pass (transpose_optimizer) knows none of
 * com.microsoft's operators, which are most of those in between.
 */
import { elementCount } from "../tensor.ts";
import { int } from "./attributes.ts";
import { fixedDims, isFixed } from "./dim.ts";
import type { Graph, Node, Value } from "./graph.ts";
import { Layout, type Lying, orderOf, view } from "./layout.ts";
import { readsOf } from "./node.ts";
import { gemm, indices, transpose } from "./ops.ts";

/** The same network. `graph` stays as it is. */
export function channelsLast(graph: Graph): Graph {
  return graph.rewritten((to) => {
    const layout = new Layout(to);
    return (node, keep) => {
      const last = RULES.get(node.operator)?.(layout, node);
      if (!last) keep(layout.reading(node));
      layout.add(node.outputs, { last, isFree: readsOf(node).some((value) => layout.isFree(value)) });
    };
  });
}

type Rule = (layout: Layout, node: Node) => readonly Lying[] | undefined;

/** Where axes of a picture lie channels last. */
const PLACES = [0, 3, 1, 2] as const;
const placeOf = (axis: number): number => PLACES[axis < 0 ? axis + 4 : axis]!;
/** Of each of a picture's axes, a number, as they lie channels last. */
const moved = <T>([batch, channels, height, width]: readonly T[]): T[] => [batch, height, width, channels] as T[];

const picture = (value: Value): Lying => ({ value, channels: 1 });
const lastOf = ({ type, dims }: Value) => ({ type, dims: moved(dims) });

/** The same node of pictures that lie so, with other attributes where they are given. */
function again(
  { to }: Layout,
  { operator, domain, attributes, outputs }: Node,
  inputs: readonly (Value | undefined)[],
  other: Partial<Node> = {},
): Lying[] {
  const of = { operator, domain, attributes, ...other };
  return to.emit(of.operator, inputs, outputs.map(lastOf), of.attributes, { domain: of.domain }).map(picture);
}

/** The numbers of a list of axes or sizes; undefined where they are computed. */
function numbersOf(to: Graph, value: Value | undefined): number[] | undefined {
  const source = value && to.initializers.get(value.name)?.source;
  return source && "data" in source ? Array.from(source.data, Number) : undefined;
}

const convolve: Rule = (layout, node) => {
  const [x, kernels, bias] = node.inputs as [Value, Value, Value | undefined];
  if (node.attributes.group || x.dims.length !== 4 || !x.dims.every(isFixed)) return undefined;
  if (layout.to.dialect.channelsLast === "by-rows") return layout.hasPicture(x) ? product(layout, node) : undefined;
  const inputs = [layout.asPicture(x), layout.asPicture(kernels), bias && layout.asMade(bias)];
  return again(layout, node, inputs, { operator: "NhwcConv", domain: "com.microsoft" });
};

/** A convolution of each pixel by itself is a product of rows. */
function product(layout: Layout, { inputs, attributes, outputs }: Node): readonly Lying[] | undefined {
  const [x, kernels, bias] = inputs as [Value, Value, Value | undefined];
  const [out, channels, height, width] = fixedDims(kernels.dims) as [number, number, number, number];
  const { strides, pads } = attributes;
  const isPlain =
    strides?.kind === "ints" && pads?.kind === "ints" && [...strides.value, ...pads.value].join() === ONE_BY_ONE;
  if (height * width !== 1 || !isPlain || layout.isFree(kernels)) return undefined;
  const rows = view(layout.to, layout.asPicture(x), [-1, channels]);
  const matrix = view(layout.to, layout.asMade(kernels), [out, channels]);
  const pixels = gemm(layout.to, rows, matrix, bias && layout.asMade(bias));
  return [picture(view(layout.to, pixels, moved(fixedDims(outputs[0]!.dims))))];
}

/** Strides and pads of a convolution of each pixel by itself. */
const ONE_BY_ONE = [1, 1, 0, 0, 0, 0].join();

const normalise: Rule = (layout, node) => {
  const [x, ...affine] = node.inputs as [Value, Value, Value];
  const inputs = [layout.asPicture(x), ...affine.map((value) => layout.asMade(value))];
  return again(layout, node, inputs, { attributes: { ...node.attributes, channels_last: int(1) } });
};

/** Of one value, element by element. */
const alone: Rule = (layout, node) =>
  layout.hasPicture(node.inputs[0]) ? again(layout, node, [layout.asPicture(node.inputs[0])]) : undefined;

/** Of two, element by element, where one is a picture that lies so, and as large as the result. */
const together: Rule = (layout, node) => {
  const [{ dims }] = node.outputs as [Value];
  const inputs = node.inputs as readonly Value[];
  const whole = (value: Value) => layout.hasPicture(value) && value.dims.join() === dims.join();
  const unknown = (value: Value) => layout.isFree(value) && value.dims.length < 4;
  if (!inputs.some(whole) || inputs.some(unknown)) return undefined;
  return again(
    layout,
    node,
    inputs.map((value) => broadcast(layout, value)),
  );
};

/** What a picture is combined with: axes that it lacks are 1 long. */
function broadcast(layout: Layout, value: Value): Value {
  const dims = fixedDims(value.dims);
  if (dims.length === 4) return layout.asPicture(value);
  const made = layout.asMade(value);
  if (elementCount(dims) === 1) return made;
  const [one, channels, height, width] = [...Array<number>(4 - dims.length).fill(1), ...dims] as [
    number,
    number,
    number,
    number,
  ];
  if (height * width === 1) return view(layout.to, made, [one, 1, 1, channels]);
  return transpose(layout.to, view(layout.to, made, [one, channels, height, width]), [0, 2, 3, 1]);
}

/** Along an axis, where one of them lies so. */
const join: Rule = (layout, node) => {
  const values = node.inputs as readonly Value[];
  const { axis } = node.attributes;
  if (!values.some((value) => layout.hasPicture(value)) || axis?.kind !== "int") return undefined;
  const attributes = { ...node.attributes, axis: int(placeOf(axis.value)) };
  return again(
    layout,
    node,
    values.map((value) => layout.asPicture(value)),
    { attributes },
  );
};

/** With a list of axes as input `which`. */
const along =
  (which: number): Rule =>
  (layout, node) => {
    const [x, ...told] = node.inputs;
    const axes = numbersOf(layout.to, node.inputs[which]);
    if (!layout.hasPicture(x) || !axes) return undefined;
    const lists = told.map((list, i) => (i + 1 === which ? indices(layout.to, axes.map(placeOf)) : list));
    return again(layout, node, [layout.asPicture(x), ...lists]);
  };

/** With a number for each axis, or two, as the last input. */
const perAxis: Rule = (layout, node) => {
  const [x, ...told] = node.inputs;
  const numbers = numbersOf(layout.to, told.pop());
  const { mode } = node.attributes;
  const plain = mode?.kind === "string" && ["nearest", "constant"].includes(mode.value);
  if (!layout.hasPicture(x) || !numbers || !plain) return undefined;
  const inputs = [layout.asPicture(x), ...told];
  const lists = Array.from({ length: numbers.length / 4 }, (_, i) => moved(numbers.slice(4 * i, 4 * i + 4)));
  return again(layout, node, [...inputs, indices(layout.to, lists.flat())]);
};

/** Other dims of the same elements: the channels stay an axis, and what lies before them stays as many. */
const read: Rule = (layout, node) => {
  const [x] = node.inputs as [Value];
  const [output] = node.outputs as [Value];
  const lying = layout.lies(x);
  if (!lying || layout.isFree(x) || !output.dims.every(isFixed) || !x.dims.every(isFixed)) return undefined;
  const [from, dims] = [fixedDims(x.dims), fixedDims(output.dims)];
  const before = elementCount(from.slice(0, lying.channels));
  const channels = dims.findIndex(
    (size, axis) => size === from[lying.channels] && elementCount(dims.slice(0, axis)) === before,
  );
  if (channels < 0) return undefined;
  const order = orderOf(dims.length, channels);
  return [
    {
      value: view(
        layout.to,
        lying.value,
        order.map((axis) => dims[axis]!),
      ),
      channels,
    },
  ];
};

/** Axes in another order: of what lies channels last by that, and rows of channels that become channels first lie as they should. */
const turn: Rule = (layout, node) => {
  const [x] = node.inputs as [Value];
  const [output] = node.outputs as [Value];
  const { perm } = node.attributes;
  if (perm?.kind !== "ints") return undefined;
  const order = perm.value.map(Number);
  const lying = layout.lies(x);
  if (lying && order.join() === orderOf(order.length, lying.channels).join())
    // As it lies: of all of its axes the last stays where it is.
    return [{ value: lying.value, channels: order.length - 1 }];
  const channels = order.indexOf(order.length - 1);
  const others = order.filter((_, i) => i !== channels);
  if (others.some((axis, i) => axis !== i) || output.dims.length < 3) return undefined;
  return [{ value: layout.asMade(x), channels }];
};

/** Operators that work element by element. */
const ALONE = [
  "Cast",
  "QuickGelu",
  "Gelu",
  "FastGelu",
  "Relu",
  "LeakyRelu",
  "Sigmoid",
  "Tanh",
  "Softplus",
  "Sqrt",
  "Abs",
];
const TOGETHER = ["Add", "Sub", "Mul", "Div"];

/** What knows pictures that lie channels last; all else reads them as they were made. */
const RULES: ReadonlyMap<string, Rule> = new Map([
  ["Conv", convolve],
  ["GroupNorm", normalise],
  ...ALONE.map((operator) => [operator, alone] as const),
  ...TOGETHER.map((operator) => [operator, together] as const),
  ["Concat", join],
  ["Split", join],
  ["Slice", along(3)],
  ["ReduceMean", along(1)],
  ["Resize", perAxis],
  ["Pad", perAxis],
  ["Reshape", read],
  ["Transpose", turn],
]);
