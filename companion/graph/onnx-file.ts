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
        initializer: [...graph.initializers.values()].map(({ value, source }) =>
          tensorProto({ value, source: elsewhere.get(value.name) ?? source }),
        ),
        input: graph.inputs.map((value) => valueInfo(value, graph.freeInputs.has(value.name) ? "free" : "fixed")),
        output: graph.outputs.map((value) => valueInfo(value)),
        // ONNX Runtime 1.30 and 1.32 keep what a Reshape gets until the run ends where nothing reads what it gives.
        node: neededBy(graph).nodes.map(nodeProto),
      },
    }),
  );
}

function tensorProto({ value, source }: Initializer): MessageInitShape<typeof TensorProtoSchema> {
  const head = { name: value.name, dims: fixedDims(value.dims).map(BigInt), dataType: ELEMENT_TYPES[value.type].code };
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
  { name, type, dims }: Value,
  size: "fixed" | "free" = "fixed",
): MessageInitShape<typeof ValueInfoProtoSchema> {
  const shape = {
    dim: dims.map((d) => ({
      value: isFixed(d)
        ? { case: "dimValue" as const, value: BigInt(d) }
        : { case: "dimParam" as const, value: d as string },
    })),
  };
  const value = { elemType: ELEMENT_TYPES[type].code, ...(size === "fixed" && { shape }) };
  return { name, type: { value: { case: "tensorType", value } } };
}

function nodeProto({
  name,
  operator,
  domain,
  inputs,
  outputs,
  attributes,
  bodies,
}: Node): MessageInitShape<typeof NodeProtoSchema> {
  const graphs = bodies && { then_branch: bodies.met, else_branch: bodies.otherwise };
  return {
    name,
    opType: operator,
    domain,
    input: inputs.map((value) => value?.name ?? ""),
    output: outputs.map((value) => value.name),
    attribute: [
      ...Object.entries(attributes).map(([key, attribute]) => attributeProto(key, attribute)),
      ...Object.entries(graphs ?? {}).map(([key, { nodes, output }]) => ({
        name: key,
        type: AttributeProto_AttributeType.GRAPH,
        g: { name: key, node: nodes.map(nodeProto), output: [valueInfo(output, bodies?.dims)] },
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
