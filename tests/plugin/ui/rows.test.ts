import type { NamedText, SelectionInfo } from "../../../plugin/bridge.ts";
import { askedOnce } from "../../../plugin/ui/request/asked-once.ts";
import { intentsOf, seedOfLayer } from "../../../plugin/ui/request/intent.ts";
import { prepareRun } from "../../../plugin/ui/request/prepare-run.ts";
import { whatIsMissing } from "../../../plugin/ui/state/readiness.ts";
import { fieldsOf, missingWords, promptOf, rowsOf, wordsFor } from "../../../plugin/ui/state/rows.ts";
import { INITIAL_STATE, type State } from "../../../plugin/ui/state/state.ts";
import { fieldsIn, fillIn } from "../../../plugin/ui/text/prompt-fields.ts";
import { readTable } from "../../../plugin/ui/text/table.ts";
import { companion, layer, target, ticket } from "./fixtures.ts";

const of = (name: string, texts: readonly NamedText[] = [], hasPicture = true) => ({
  ...{ id: `id of ${name}`, name, kind: "Frame", width: 64, height: 64, hasPicture, texts: [...texts] },
});
const several = (...targets: ReturnType<typeof of>[]): SelectionInfo => ({
  ...{ kind: "several", layers: [], targets, total: targets.length },
});
const title = (text: string): NamedText => ({ name: "Title", text });
const panel = (change: Partial<State>): State => ({ ...INITIAL_STATE, loaded: true, companion, ...change });
const two = several(of("Avatar 1", [title("a fox")]), of("Avatar 2", [title("an owl")]));

test("fieldsIn() finds words in braces, once, and leaves alternatives alone", () => {
  expect(fieldsIn("{name}, { Title }, {a|b}, {name}, {}, { }")).toEqual(["name", "Title"]);
  expect(fillIn("{name} {a|b} {other}", (field) => (field === "name" ? "$& Fox" : undefined))).toBe(
    "$& Fox {a|b} {other}",
  );
});

const cook = ["A", "cook"];
test.each<[string, string, string[], string[][]]>([
  ["commas", "name,job\nA,cook\nB,nurse", ["name", "job"], [cook, ["B", "nurse"]]],
  ["tabs", "name\tjob\r\nA\tcook, or so\r\n", ["name", "job"], [["A", "cook, or so"]]],
  ["semicolons", "name;job\nA;cook", ["name", "job"], [cook]],
  ["quotes", 'a,"b, c"\n"says ""hi""","two\nlines"', ["a", "b, c"], [['says "hi"', "two\nlines"]]],
  [
    "short and long rows, empty lines",
    "a,b\n\n1\n1,2,3\n",
    ["a", "b"],
    [
      ["1", ""],
      ["1", "2"],
    ],
  ],
  ["a mark of the byte order", "\uFEFFa\n1", ["a"], [["1"]]],
])("readTable() reads %s", (_what, text, columns, rows) => {
  expect(readTable(text)).toEqual({ columns, rows });
});

test.each(["", "name,job", "\n\n", ",\n1,2"])("readTable() takes %j for no table", (text) => {
  expect(readTable(text)).toBe(null);
});

test("words come from the table, the layer's name, or the text of that name; {text} is the first text", () => {
  const table = readTable("mood\ncalm\ncross");
  const [first, second] = rowsOf(panel({ selection: two, table }));
  expect(promptOf(first!, "{name}: {title}, {text}, {mood}")).toBe("Avatar 1: a fox, a fox, calm");
  expect(promptOf(second!, "{Title} {mood}")).toBe("an owl cross");
  expect(wordsFor(first!, "job")).toBe(undefined);
  expect(fieldsOf([first!, second!], table)).toEqual(["mood", "name", "Title", "text"]);
});

test("a table with a column of names goes by these, in whatever order", () => {
  const table = readTable("Name,mood\navatar 2,cross\nAvatar 1,calm");
  expect(rowsOf(panel({ selection: two, table })).map((row) => promptOf(row, "{mood}"))).toEqual(["calm", "cross"]);
});

test("what a layer lacks is said before the run", () => {
  const selection = several(of("A", [title("x")]), of("B"), of("C"));
  const rows = rowsOf(panel({ selection }));
  expect(missingWords(rows, "{name} {Title}")).toBe("Nothing for {Title} in “B” and 1 more");
  expect(missingWords(rows, "{name}")).toBe(null);
  expect(whatIsMissing(panel({ selection, prompt: "{Title}" }))).toContain("{Title}");
  expect(whatIsMissing(panel({ selection, prompt: "{name}" }))).toBe(null);
  expect(whatIsMissing(panel({ selection, prompt: "{name}", mode: "fill" }))).toContain("one picture");
  const refused = { code: "selection-unsupported", message: "“B” is hidden." } as const;
  const blocked = { kind: "several", layers: [], targets: [], total: 2, refused } as const;
  expect(whatIsMissing(panel({ selection: blocked as never, prompt: "x" }))).toBe(refused.message);
});

test("one selected layer fills its own words in, too", () => {
  const selection = { ...target("Hero"), texts: [title("a fox")] } as SelectionInfo;
  const [intent] = intentsOf(panel({ selection, prompt: "{Title} on {name}" }));
  expect(intent).toMatchObject({ prompt: "a fox on Hero", layers: { target: { id: layer("Hero").id } } });
});

test("intentsOf() asks for one picture a layer, with seeds that stay theirs", () => {
  const ask = (selection: SelectionInfo, more: object = {}) =>
    intentsOf(panel({ selection, prompt: "{Title}", settings: { ...INITIAL_STATE.settings, count: 3, ...more } }));
  const intents = ask(two);
  expect(intents.map(({ prompt }) => prompt)).toEqual(["a fox", "an owl"]);
  const seeds = intents.map((intent) => intent.seeds);
  expect(seeds).toEqual([[seedOfLayer("id of Avatar 1", 1)], [seedOfLayer("id of Avatar 2", 1)]]);
  expect(seeds[0]).not.toEqual(seeds[1]);
  const turned = several(of("Avatar 2", [title("a cat")]), of("Avatar 1", [title("a fox")]));
  expect(ask(turned).map((intent) => intent.seeds)).toEqual([seeds[1], seeds[0]]);
  expect(ask(two, { variation: 2 })[0]!.seeds).not.toEqual(seeds[0]);
  expect(ask(two, { seed: 7, seedLocked: true }).map((intent) => intent.seeds)).toEqual([[7], [7]]);
});

test("prepareRun() makes one run of several layers, and asks once for what they all follow", async () => {
  const reference = { layer: { id: "r", name: "r" }, weight: 1, start: 0, end: 1, blocks: "all" } as const;
  const calls: string[] = [];
  const main = {
    call: async (name: string, input: { target?: string }) => {
      calls.push(name);
      if (name === "take-ticket") return { ...ticket, target: input.target };
      return name === "describe-layers" ? { layers: [{ ...layer("r"), id: "r" }] } : { exports: [] };
    },
  };
  const intents = intentsOf(panel({ selection: two, prompt: "{Title}" }));
  const following = intents.map((each) => ({ ...each, references: [reference] }));
  // There is no canvas here to make a picture with.
  await expect(prepareRun(following, main as never)).rejects.toThrow();
  expect(calls).toEqual(["take-ticket", "describe-layers", "export-layers"]);
  const jobs = (await prepareRun(intents, main as never)).flatMap((order) => order.jobs);
  expect(new Set(jobs.map(({ job }) => job.run)).size).toBe(1);
  expect(jobs.map(({ job }) => [job.index, job.of, job.batch, job.ticket.target])).toEqual([
    [0, 2, true, "id of Avatar 1"],
    [1, 2, true, "id of Avatar 2"],
  ]);
  expect(jobs.map(({ recipe }) => recipe.request.prompt)).toEqual(["a fox", "an owl"]);
});

test("askedOnce() asks nothing twice that only looks", async () => {
  let asked = 0;
  const once = askedOnce({ call: async () => ({ drawing: null, asked: ++asked }) as never });
  for (const node of ["1", "1", "2"]) await once.call("read-outlines", { node });
  expect(asked).toBe(2);
  for (const target of ["1", "1"]) await once.call("take-ticket", { target });
  expect(asked).toBe(4);
});
