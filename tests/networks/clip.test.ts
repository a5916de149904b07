import { parseClipTextConfig, parseClipVisionConfig } from "../../companion/checkpoint/config/clip-config.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { clipTextGraph } from "../../companion/networks/clip-text.ts";
import { clipVisionGraph } from "../../companion/networks/clip-vision.ts";
import { configOf, deviating, runGraph, tensorsOf, weightsOf } from "./fixture.ts";

test.each(["clip-text", "clip-text-projection"])("clipTextGraph() agrees with transformers: %s", async (name) => {
  const weights = weightsOf(name);
  const graph = clipTextGraph(
    parseClipTextConfig(configOf(name)),
    weights,
    { batch: 2, tokens: 9 },
    { dialect: DIALECTS.cpu, hiddenStates: [0, 1, -2], finalNormOf: -3 },
  );
  const found = await runGraph(graph, tensorsOf(name, "in."));
  expect(deviating(found, tensorsOf(name, "out."), 1e-5)).toEqual({});
  expect(weights.unused()).toEqual([]);
});

test("clipTextGraph() gives the same with composed attention", async () => {
  const name = "clip-text";
  const dialect = { ...DIALECTS.cpu, attention: "chunked", maxScores: 300 } as const;
  const config = parseClipTextConfig(configOf(name));
  const graph = clipTextGraph(config, weightsOf(name), { batch: 2, tokens: 9 }, { dialect });
  const { last_hidden_state } = tensorsOf(name, "out.");
  expect(
    deviating(await runGraph(graph, tensorsOf(name, "in.")), { last_hidden_state: last_hidden_state! }, 1e-5),
  ).toEqual({});
});

test("clipVisionGraph() agrees with transformers", async () => {
  const name = "clip-vision";
  const weights = weightsOf(name);
  const graph = clipVisionGraph(parseClipVisionConfig(configOf(name)), weights, { batch: 2 }, DIALECTS.cpu);
  expect(deviating(await runGraph(graph, tensorsOf(name, "in.")), tensorsOf(name, "out."), 1e-5)).toEqual({});
  expect(weights.unused()).toEqual([]);
});
