/** The command "Generate…" with what Figma's quick actions give it. */

import manifest from "../../manifest.json";
import { parseManifest } from "../../playground/host/manifest.ts";
import type { Parameter, Suggestion } from "../../playground/host/parameters.ts";
import { DEFAULT_SETTINGS } from "../../plugin/ui/state/state.ts";
import { type Host, openHost } from "./strict-host.ts";

const SCENERY = `
  const placed = (name, recipe) => { const node = figma.createRectangle(); node.name = name; node.setPluginData("recipe", recipe); };
  placed("older", JSON.stringify({ request: { prompt: "an apple tree" } }));
  placed("newer", JSON.stringify({ request: { prompt: " a pear " } }));
  placed("damaged", "{"); placed("other", JSON.stringify({ request: { prompt: 7 } }));`;

const parameterOf = (key: string): Parameter => {
  const menu = parseManifest(JSON.stringify(manifest)).menu!;
  return menu.flatMap(({ parameters = [] }) => parameters).find((parameter) => parameter.key === key)!;
};

let host: Host;
afterEach(() => host.close());

const open = async (parameters?: object) => {
  host = await openHost(SCENERY, "generate", parameters);
};
const namesFor = async (key: string, query: string) =>
  (await host.typed(parameterOf(key), query)).suggestions?.map(({ name }: Suggestion) => name);

test("a prompt is suggested as it is typed, then from recent ones: the designer's own, and those of this page", async () => {
  await open();
  expect(await namesFor("prompt", "")).toEqual(["a pear", "an apple tree"]);
  const settings = { ...DEFAULT_SETTINGS, recentPrompts: ["a red Apple", "a pear"] };
  await host.call("save", { slot: "settings", value: settings });
  expect(await namesFor("prompt", "")).toEqual(["a red Apple", "a pear", "an apple tree"]);
  expect(await namesFor("prompt", "apple ")).toEqual(["apple", "a red Apple", "an apple tree"]);
  expect(await namesFor("prompt", "a pear")).toEqual(["a pear"]);
});

test("numbers of pictures are suggested, and others are refused, in the designer's language", async () => {
  await open();
  expect((await host.typed(parameterOf("count"), "")).suggestions).toEqual([
    { name: "1 picture", data: 1 },
    { name: "2 pictures", data: 2 },
    { name: "3 pictures", data: 3 },
    { name: "4 pictures", data: 4 },
  ]);
  expect(await namesFor("count", "3")).toEqual(["3 pictures"]);
  expect(await host.typed(parameterOf("count"), "7")).toEqual({ error: "1 to 4 pictures can be made at once." });
  await host.call("save", { slot: "settings", value: { ...DEFAULT_SETTINGS, language: "de" } });
  expect(await namesFor("count", "1")).toEqual(["1 Bild"]);
  expect(await host.typed(parameterOf("count"), "7")).toEqual({ error: "Auf einmal gehen 1 bis 4 Bilder." });
});

test.each([
  [{ prompt: " a red apple " }, { prompt: "a red apple" }],
  [
    { prompt: "a red apple", count: 3 },
    { prompt: "a red apple", count: 3 },
  ],
  [
    { prompt: "a red apple", count: null, more: 1 },
    { prompt: "a red apple", count: null },
  ],
])("start() tells what %j asks for", async (parameters, asked) => {
  await open(parameters);
  const started = await host.call("start", {});
  expect(started).toMatchObject({ command: "generate", asked });
  expect(started.asked).toEqual(asked);
  expect(started.problem).toBeUndefined();
});

test.each([
  [{}],
  [{ prompt: "   " }],
  [{ prompt: 7 }],
  [{ prompt: "a".repeat(100_000) }],
  [{ prompt: "a", count: 5 }],
  [{ prompt: "a", count: "2" }],
  [{ prompt: "a", count: 1.5 }],
])("start() refuses %j, and says so", async (parameters) => {
  await open(parameters);
  const started = await host.call("start", {});
  expect(started.asked).toBeUndefined();
  expect(started.problem).toMatchObject({ code: "request-invalid" });
});

test("from the menu there are no parameters, and nothing is asked", async () => {
  await open();
  const started = await host.call("start", {});
  expect([started.command, started.asked, started.problem]).toEqual(["generate", undefined, undefined]);
});
