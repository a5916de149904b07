import path from "node:path";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  type AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataLocation,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "onnx-buf";
import type { Attribute } from "./attributes.ts";
import { fixedDims, isFixed } from "./dim.ts";
import { ELEMENT_TYPES } from "./element-type.ts";
import type { Graph, Initializer, Node, Value } from "./graph.ts";
import { neededBy } from "./node.ts";
import type { WeightRef } from "./weights.ts";

/** ONNX IR 10 with operator set 20: what ONNX Runtime 1.30's kernels are complete for. */
const IR_VERSION = 10n;
const OPSET = 20n;

/**
 * The graph as a ModelProto. Weights are not in it: they are byte ranges of their own files, by absolute path without the
 * root ("/" or the drive), because the runtime takes paths only relative to a folder, which then is the root. `elsewhere`:
 * numbers made here that lie in a file nonetheless, by the names of their values.
 */
export function onnxFile(graph: Graph, elsewhere: ReadonlyMap<string, WeightRef> = new Map()): Uint8Array {
  const nameOf = shortNames(graph);
  // ONNX Runtime 1.30 and 1.32 keep what a Reshape gets until the run ends where nothing reads what it gives.
  const { nodes, names: needed } = neededBy(graph);
  const initializers = [...graph.initializers.values()].filter(({ value }) => needed.has(value.name));
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: "underpaint",
      opsetImport: [
        { domain: "", version: OPSET },
        { domain: "com.microsoft", version: 1n },
      ],
      graph: {
        name: "network",
        initializer: initializers.map(({ value, source }) =>
          tensorProto({ value, source: elsewhere.get(value.name) ?? source }, nameOf),
        ),
        input: graph.inputs.map((value) =>
          valueInfo(value, nameOf, graph.freeInputs.has(value.name) ? "free" : "fixed"),
        ),
        output: graph.outputs.map((value) => valueInfo(value, nameOf)),
        node: nodes.map((node) => nodeProto(node, nameOf)),
      },
    }),
  );
}

type NameOf = (value: Value) => string;

/** Those of inputs and outputs, and short ones of all other values: the runtime copies and compares them time and again. */
function shortNames({ inputs, outputs }: Graph): NameOf {
  const names = new Map([...inputs, ...outputs].map(({ name }) => [name, name]));
  // No input or output begins so.
  const next = () => `#${names.size.toString(36)}`;
  return ({ name }) => {
    const known = names.get(name) ?? next();
    names.set(name, known);
    return known;
  };
}

function tensorProto({ value, source }: Initializer, nameOf: NameOf): MessageInitShape<typeof TensorProtoSchema> {
  const head = {
    name: nameOf(value),
    dims: fixedDims(value.dims).map(BigInt),
    dataType: ELEMENT_TYPES[value.type].code,
  };
  if ("data" in source) {
    const { buffer, byteOffset, byteLength } = source.data;
    return { ...head, rawData: new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer) };
  }
  const location = source.file.slice(path.parse(source.file).root.length).replaceAll("\\", "/");
  return {
    ...head,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [
      { key: "location", value: location },
      { key: "offset", value: String(source.offset) },
      { key: "length", value: String(source.byteLength) },
    ],
  };
}

/** Of free dims nothing is said. */
function valueInfo(
  value: Value,
  nameOf: NameOf,
  size: "fixed" | "free" = "fixed",
): MessageInitShape<typeof ValueInfoProtoSchema> {
  const { type, dims } = value;
  const shape = {
    dim: dims.map((d) => ({
      value: isFixed(d)
        ? { case: "dimValue" as const, value: BigInt(d) }
        : { case: "dimParam" as const, value: d as string },
    })),
  };
  const tensor = { elemType: ELEMENT_TYPES[type].code, ...(size === "fixed" && { shape }) };
  return { name: nameOf(value), type: { value: { case: "tensorType", value: tensor } } };
}

function nodeProto(
  { name, operator, domain, inputs, outputs, attributes, bodies }: Node,
  nameOf: NameOf,
): MessageInitShape<typeof NodeProtoSchema> {
  const graphs = bodies && { then_branch: bodies.met, else_branch: bodies.otherwise };
  return {
    name,
    opType: operator,
    domain,
    input: inputs.map((value) => (value ? nameOf(value) : "")),
    output: outputs.map(nameOf),
    attribute: [
      ...Object.entries(attributes).map(([key, attribute]) => attributeProto(key, attribute)),
      ...Object.entries(graphs ?? {}).map(([key, { nodes, output }]) => ({
        name: key,
        type: AttributeProto_AttributeType.GRAPH,
        g: {
          name: key,
          node: nodes.map((node) => nodeProto(node, nameOf)),
          output: [valueInfo(output, nameOf, bodies?.dims)],
        },
      })),
    ],
  };
}

function attributeProto(name: string, attribute: Attribute): MessageInitShape<typeof AttributeProtoSchema> {
  const Kind = AttributeProto_AttributeType;
  switch (attribute.kind) {
    case "int":
      return { name, type: Kind.INT, i: BigInt(attribute.value) };
    case "ints":
      return { name, type: Kind.INTS, ints: attribute.value.map(BigInt) };
    case "float":
      return { name, type: Kind.FLOAT, f: attribute.value };
    case "string":
      return { name, type: Kind.STRING, s: new TextEncoder().encode(attribute.value) as Uint8Array<ArrayBuffer> };
  }
}
