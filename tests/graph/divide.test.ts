import { DIALECTS } from "../../companion/graph/dialect.ts";
import { divide } from "../../companion/graph/divide.ts";
import { Graph } from "../../companion/graph/graph.ts";
import { add, mul, scalar, silu } from "../../companion/graph/ops.ts";
import { tensor } from "../../companion/tensor.ts";
import { runGraph } from "../networks/fixture.ts";

const ROW = { type: "float32", dims: [1, 4] } as const;

/** out = (silu(x) · 2 + prompt) · x, and where `flag` holds more of silu(x). */
function example() {
  const op = new Graph({ dialect: DIALECTS.cpu });
  const [x, prompt] = [op.input("x", ROW), op.input("prompt", ROW)];
  const flag = op.freeInput("flag", { type: "bool", dims: [1] });
  const soft = silu(op, x);
  const doubled = mul(op, soft, scalar(op, 2));
  const heard = mul(op, add(op, doubled, prompt), x);
  const more = () => add(op, heard, soft);
  op.output("out", op.either(flag, { met: more, otherwise: () => heard }));
  return op;
}

const numbers = (of: (i: number) => number) =>
  tensor(
    Float32Array.from({ length: 4 }, (_, i) => of(i)),
    [1, 4],
  );

test("divide() makes two graphs that together give what the whole gives", async () => {
  const { first, rest } = divide(example(), (name) => name === "prompt");
  expect(first.inputs.map(({ name }) => name)).toEqual(["x"]);
  expect(first.outputs.map(({ name }) => name)).toEqual(["between.0", "between.1"]);
  expect(first.nodes.map(({ operator }) => operator)).not.toContain("If");
  expect(rest.inputs.map(({ name }) => name).sort()).toEqual(["between.0", "between.1", "flag", "prompt", "x"]);
  const [x, prompt] = [numbers((i) => i - 1.5), numbers((i) => i * i)];
  for (const on of [0, 1]) {
    const flag = { type: "bool", dims: [1], data: Uint8Array.of(on) } as const;
    const shared = await runGraph(first, { x });
    const found = await runGraph(rest, { ...shared, x, prompt, flag });
    expect(found.out!.data).toEqual((await runGraph(example(), { x, prompt, flag })).out!.data);
  }
});

test("what depends on neither input, and what a condition's bodies read, is where it is read", () => {
  const { first, rest } = divide(example(), (name) => name === "prompt");
  // The doubled values, and the others that the condition's body reads: each goes out, and comes in.
  const crossing = (graph: Graph) => graph.nodes.filter(({ name }) => name.startsWith("between/"));
  expect([crossing(first), crossing(rest)].map(({ length }) => length)).toEqual([2, 2]);
  const made = new Set([...first.nodes, ...rest.nodes].map(({ name }) => name));
  expect(first.nodes.length + rest.nodes.length).toBe(example().nodes.length + 4);
  expect(made.size).toBe(example().nodes.length + 2);
});

test("where everything hears, the first part is empty", () => {
  const { first, rest } = divide(example(), () => true);
  expect([first.nodes, first.outputs]).toEqual([[], []]);
  expect(rest.nodes).toHaveLength(example().nodes.length);
});

test("what adapters feed, and what is made of that alone, does not cross: each part has its own", async () => {
  const build = () => {
    const op = new Graph({ dialect: DIALECTS.cpu });
    const [x, prompt] = [op.input("x", ROW), op.input("prompt", ROW)];
    const change = mul(op, op.freeInput("change", ROW), scalar(op, 2));
    op.output("out", mul(op, add(op, mul(op, x, change), prompt), change));
    return op;
  };
  const { first, rest } = divide(build(), (name) => name === "prompt");
  const named = ({ inputs }: Graph) => inputs.map(({ name }) => name).sort();
  expect([named(first), named(rest)]).toEqual([
    ["change", "x"],
    ["between.0", "change", "prompt"],
  ]);
  const feeds = { x: numbers((i) => i - 1.5), change: numbers((i) => 3 - i) };
  const prompt = numbers((i) => i * i);
  const shared = await runGraph(first, feeds);
  const found = await runGraph(rest, { ...shared, change: feeds.change, prompt });
  expect(found.out!.data).toEqual((await runGraph(build(), { ...feeds, prompt })).out!.data);
});
