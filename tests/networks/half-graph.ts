/**
 * A graph of the float16 dialect as float32 arithmetic whose results are rounded to float16 after every node, and infinite beyond
 * its largest number. On the processor onnxruntime 1.30.0 runs most float16 nodes in float32 and does not round between them, so
 * that nothing would ever overflow (findings/onnxruntime-float16-on-the-processor.sh).
 */
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { Graph, type Value } from "../../companion/graph/graph.ts";
import { floats, mul, sub } from "../../companion/graph/ops.ts";

const LARGEST = 65504;
/** Veltkamp's splitting (Dekker 1971): float32 has 13 bits more. */
const SPLIT = 2 ** 13 + 1;

function rounded(op: Graph, x: Value): Value {
  const wide = mul(op, x, floats(op, [SPLIT], []));
  const near = sub(op, wide, sub(op, wide, x));
  const [size] = op.emit("Abs", [near], [near]);
  const [beyond] = op.emit("Greater", [size, floats(op, [LARGEST], [])], [{ type: "bool", dims: x.dims }]);
  return op.emit("Where", [beyond, floats(op, [Number.POSITIVE_INFINITY], []), near], [x])[0]!;
}

/** Of a graph without conditions. */
export function asHalf(graph: Graph): Graph {
  const op = new Graph({ dialect: DIALECTS.cpu });
  const made = new Map<string, Value>();
  const wide = ({ type, dims }: Value) => ({ type: type === "float16" ? ("float32" as const) : type, dims });
  for (const value of graph.inputs) made.set(value.name, op.input(value.name, value));
  for (const { value, source } of graph.initializers.values())
    made.set(value.name, "file" in source ? op.initializer(source, value.dims as number[]) : op.constant(source));
  const names = new Set(graph.outputs.map(({ name }) => name));
  for (const { operator, inputs, outputs, attributes, domain } of graph.nodes) {
    const read = inputs.map((input) => input && made.get(input.name)!);
    const plain = operator === "Cast" && outputs[0]!.type.startsWith("float");
    // All is float32 already, or read from the file in a narrower type.
    const results = plain && read[0]!.type === "float32" ? [read[0]!] : emit();
    outputs.forEach((output, i) => {
      made.set(output.name, output.type === "float16" ? rounded(op, results[i]!) : results[i]!);
      if (names.has(output.name)) op.output(output.name, results[i]!);
    });
    function emit(): Value[] {
      const to = plain ? { ...attributes, to: { kind: "int", value: 1 } as const } : attributes;
      return op.emit(operator, read, outputs.map(wide), to, { domain });
    }
  }
  return op;
}
