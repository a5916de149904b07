import path from "node:path";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  type AttributeProtoSchema,
  ModelProtoSchema,
  TensorProto_DataLocation,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "onnx-buf";
import type { Attribute } from "./attributes.ts";
import { ELEMENT_TYPES } from "./element-type.ts";
import type { Graph, Initializer, Value } from "./graph.ts";
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
        input: graph.inputs.map((value) => valueInfo(value, graph.freeInputs.get(value.name))),
        output: graph.outputs.map((value) => valueInfo(value)),
        node: graph.nodes.map((node) => ({
          name: node.name,
          opType: node.operator,
          domain: node.domain,
          input: node.inputs.map((value) => value?.name ?? ""),
          output: node.outputs.map((value) => value.name),
          attribute: Object.entries(node.attributes).map(([name, attribute]) => attributeProto(name, attribute)),
        })),
      },
    }),
  );
}

function tensorProto({ value, source }: Initializer): MessageInitShape<typeof TensorProtoSchema> {
  const head = { name: value.name, dims: value.dims.map(BigInt), dataType: ELEMENT_TYPES[value.type].code };
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

/** `free`: the name of the first dim's size, where feeds choose it. */
function valueInfo({ name, type, dims }: Value, free?: string): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = dims.map((d, i) =>
    i === 0 && free !== undefined
      ? { value: { case: "dimParam" as const, value: free } }
      : { value: { case: "dimValue" as const, value: BigInt(d) } },
  );
  return {
    name,
    type: { value: { case: "tensorType", value: { elemType: ELEMENT_TYPES[type].code, shape: { dim } } } },
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
