/** The graph as a file of ONNX. Numbers of fields: https://github.com/onnx/onnx, onnx/onnx.proto. */
import path from "node:path";
import type { Attribute } from "./attributes.ts";
import { fixedDims, isFixed } from "./dim.ts";
import { ELEMENT_TYPES } from "./element-type.ts";
import type { Graph, Initializer, Node, Value } from "./graph.ts";
import { byDependence, neededBy } from "./node.ts";
import { ProtoWriter } from "./protobuf.ts";
import type { WeightRef } from "./weights.ts";

/** ONNX IR 10 with operator set 20: what ONNX Runtime 1.30's kernels are complete for. */
const IR_VERSION = 10;
const OPSETS = [
  ["", 20],
  ["com.microsoft", 1],
] as const;

/**
 * The graph as a ModelProto. Weights are not in it: they are byte ranges of their own files, by absolute path without the
 * root ("/" or the drive), because the runtime takes paths only relative to a folder, which then is the root. `elsewhere`:
 * numbers made here that lie in a file nonetheless, by the names of their values.
 */
export function onnxFile(graph: Graph, elsewhere: ReadonlyMap<string, WeightRef> = new Map()): Uint8Array {
  const to: To = { writer: new ProtoWriter(), nameOf: shortNames(graph), fixed: graph.fixed };
  const { writer } = to;
  // ONNX Runtime 1.30 and 1.32 keep what a Reshape gets until the run ends where nothing reads what it gives.
  const { nodes, names: needed } = neededBy(graph);
  writer.integer(1, IR_VERSION);
  writer.string(2, "underpaint");
  writer.message(7, () => {
    writer.string(2, "network");
    for (const { value, source } of graph.initializers.values())
      if (needed.has(value.name))
        writer.message(5, () => writeTensor(to, { value, source: elsewhere.get(value.name) ?? source }));
    for (const value of graph.inputs)
      writer.message(11, () => writeValue(to, value, graph.freeInputs.has(value.name) ? "free" : "fixed"));
    for (const value of graph.outputs) writer.message(12, () => writeValue(to, value, "fixed"));
    writeNodes(to, inOrder(graph, nodes));
  });
  for (const [domain, version] of OPSETS)
    writer.message(8, () => {
      writer.string(1, domain);
      writer.integer(2, version);
    });
  return writer.finish();
}

/**
 * ONNX Runtime 1.30 runs what leads to a node's inputs by the nodes' places in the file, the last one first. What depends on weights alone
 * stands before all else, so that it runs when it is needed, and not before all that leads to where it is needed.
 */
function inOrder({ inputs, freeInputs }: Graph, nodes: readonly Node[]): readonly Node[] {
  const { dependent, independent } = byDependence(
    nodes,
    inputs.filter(({ name }) => !freeInputs.has(name)),
  );
  return [...independent, ...dependent];
}

interface To {
  readonly writer: ProtoWriter;
  readonly nameOf: (value: Value) => string;
  /** Names of values whose dims are told. */
  readonly fixed: ReadonlySet<string>;
}

/** Those of inputs and outputs, and short ones of all other values: the runtime copies and compares them time and again. */
function shortNames({ inputs, outputs }: Graph): To["nameOf"] {
  const names = new Map([...inputs, ...outputs].map(({ name }) => [name, name]));
  // No input or output begins so.
  const next = () => `#${names.size.toString(36)}`;
  return ({ name }) => {
    const known = names.get(name) ?? next();
    names.set(name, known);
    return known;
  };
}

const IN_A_FILE = 1;

/** A TensorProto. */
function writeTensor({ writer, nameOf }: To, { value, source }: Initializer): void {
  for (const dim of fixedDims(value.dims)) writer.integer(1, dim);
  writer.integer(2, ELEMENT_TYPES[value.type].code);
  writer.string(8, nameOf(value));
  if ("data" in source) {
    const { buffer, byteOffset, byteLength } = source.data;
    writer.bytes(9, new Uint8Array(buffer, byteOffset, byteLength));
    return;
  }
  const location = source.file.slice(path.parse(source.file).root.length).replaceAll("\\", "/");
  for (const [key, told] of [
    ["location", location],
    ["offset", String(source.offset)],
    ["length", String(source.byteLength)],
    ...packedForm(source),
  ] as const)
    writer.message(13, () => {
      writer.string(1, key);
      writer.string(2, told);
    });
  writer.integer(14, IN_A_FILE);
}

/** ONNX Runtime, tensor_external_data_info.cc: the key and, by semicolons, offset, length and an unused checksum. */
const packedForm = ({ packed }: WeightRef) =>
  packed ? [["prepacked_0", `${packed.key}|${packed.offset};${packed.byteLength};0`] as const] : [];

/** A ValueInfoProto. Of free dims nothing is said. */
function writeValue({ writer, nameOf }: To, value: Value, size: "fixed" | "free"): void {
  const writeDims = () => {
    for (const dim of value.dims)
      writer.message(1, () => (isFixed(dim) ? writer.integer(1, dim) : writer.string(2, String(dim))));
  };
  writer.string(1, nameOf(value));
  writer.message(2, () =>
    writer.message(1, () => {
      writer.integer(1, ELEMENT_TYPES[value.type].code);
      if (size === "fixed") writer.message(2, writeDims);
    }),
  );
}

/**
 * Of a GraphProto. ONNX Runtime 1.30 looks for a block as large for each value that it plans, among all that are given back until then:
 * blocks of unknown dims are none, and stay in the way. That was half of the time in which a graph with many of them opened.
 */
function writeNodes(to: To, nodes: readonly Node[]): void {
  for (const node of nodes) to.writer.message(1, () => writeNode(to, node));
  if (to.fixed.size === 0) return;
  for (const value of nodes.flatMap(({ outputs }) => outputs))
    if (to.fixed.has(value.name)) to.writer.message(13, () => writeValue(to, value, "fixed"));
}

/** A NodeProto. */
function writeNode(to: To, { name, operator, domain, inputs, outputs, attributes, bodies }: Node): void {
  const { writer, nameOf } = to;
  for (const value of inputs) writer.string(1, value ? nameOf(value) : "");
  for (const value of outputs) writer.string(2, nameOf(value));
  writer.string(3, name);
  writer.string(4, operator);
  for (const [key, attribute] of Object.entries(attributes))
    writer.message(5, () => writeAttribute(writer, key, attribute));
  if (bodies)
    for (const [key, { inputs: given, nodes, output, dims }] of Object.entries(bodies))
      writer.message(5, () => {
        writer.string(1, key);
        writer.message(6, () => {
          writeNodes(to, nodes);
          writer.string(2, key);
          for (const value of given) writer.message(11, () => writeValue(to, value, "fixed"));
          writer.message(12, () => writeValue(to, output, dims));
        });
        writer.integer(20, KINDS.graph);
      });
  if (domain !== "") writer.string(7, domain);
}

/** AttributeProto.AttributeType */
const KINDS = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const;

/** An AttributeProto. */
function writeAttribute(writer: ProtoWriter, name: string, attribute: Attribute): void {
  writer.string(1, name);
  switch (attribute.kind) {
    case "float":
      writer.float(2, attribute.value);
      break;
    case "int":
      writer.integer(3, attribute.value);
      break;
    case "string":
      writer.string(4, attribute.value);
      break;
    case "ints":
      writer.integers(8, attribute.value);
      break;
  }
  writer.integer(20, KINDS[attribute.kind]);
}
