/** Parameters of a command, as plugin-typings 1.142 describe them. */
import type { Parameter } from "../../playground/host/parameters.ts";
import { startPlugin, until } from "./test-stage.ts";

const FREE: Parameter = { name: "Prompt", key: "prompt", allowFreeform: true };
const FIXED: Parameter = { name: "Pictures", key: "count", optional: true };

/** What a plugin tells that answers with `body`, an expression of `event`, what is typed. */
async function typed(body: string, parameter: Parameter, query = "ap") {
  const told: unknown[] = [];
  const plugin = await startPlugin(
    `figma.parameters.on("input", (event) => { try { ${body} } catch (error) { console.log(error.message) } });`,
    { querying: true },
  );
  plugin.run.ask(
    parameter,
    query,
    { before: 1 },
    {
      onSuggestions: (suggestions) => told.push(suggestions),
      onError: (message) => told.push({ error: message }),
      onLoading: (message) => told.push({ loading: message }),
    },
  );
  await until(() => told.length + plugin.logs.length + plugin.errors.length > 0);
  plugin.machine.dispose();
  return [...told, ...plugin.logs, ...plugin.errors];
}

test("an input event says what is typed, for which parameter, and what was given before", async () => {
  const said = "event.result.setSuggestions([event.query, event.key, JSON.stringify(event.parameters)])";
  expect(await typed(said, FREE)).toEqual([[{ name: "ap" }, { name: "prompt" }, { name: '{"before":1}' }]]);
});

test("suggestions may carry data; an error and a loading message are said", async () => {
  expect(await typed(`event.result.setSuggestions([{ name: "one", data: { n: 1 } }])`, FIXED)).toEqual([
    [{ name: "one", data: { n: 1 } }],
  ]);
  expect(await typed(`event.result.setError("no")`, FIXED)).toEqual([{ error: "no" }]);
  expect(await typed(`event.result.setLoadingMessage("wait")`, FREE)).toEqual([{ loading: "wait" }]);
});

test.each([
  [`event.result.setError("no")`, "not available on parameters with allowFreeform"],
  [`event.result.setSuggestions("one")`, "Expected array"],
  [`event.result.setSuggestions([{ label: "one" }])`, "needs a name"],
  [`figma.showUI(__html__)`, "while parameters are typed"],
  [`figma.createRectangle()`, "while parameters are typed"],
  [`figma.currentPage.name = "other"`, "while parameters are typed"],
  [`figma.parameters.on("output", () => {})`, 'not available in the playground: figma.parameters.on("output")'],
])("%s throws while parameters are typed", async (body, message) => {
  expect(await typed(body, FREE)).toEqual([expect.stringContaining(message)]);
});

test("the run comes when the parameters were given, and may show a window", async () => {
  const plugin = await startPlugin(
    `figma.on("run", ({ command, parameters }) => { figma.showUI(__html__); figma.ui.postMessage({ command, parameters }) });`,
    { command: "generate", querying: true },
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(plugin.stage.posted).toEqual([]);
  plugin.run.begin({ prompt: "apple" });
  await until(() => plugin.stage.posted.length + plugin.errors.length > 0);
  expect(plugin.stage.posted).toEqual([{ command: "generate", parameters: { prompt: "apple" } }]);
  plugin.machine.dispose();
});
