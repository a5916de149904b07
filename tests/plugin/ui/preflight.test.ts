/** What a run will take, before it is started. */
import { intentsOf } from "../../../plugin/ui/request/intent.ts";
import { preflight } from "../../../plugin/ui/request/preflight.ts";
import { prepareRun } from "../../../plugin/ui/request/prepare-run.ts";
import { learn, workOf } from "../../../plugin/ui/state/experience.ts";
import { reduce } from "../../../plugin/ui/state/reduce.ts";
import { INITIAL_STATE, type State } from "../../../plugin/ui/state/state.ts";
import { requestedSize } from "../../../shared/request.ts";
import { companion, layer, target, ticket } from "./fixtures.ts";

const GIB = 2 ** 30;
const { settings } = INITIAL_STATE;
const panel = (change: Partial<State> = {}): State => ({
  ...reduce({ ...INITIAL_STATE, loaded: true, companion }, { type: "selection", selection: target("Hero") }),
  prompt: "a fox",
  ...change,
});

/** The same panel after the picture that it describes took so much. */
async function after(state: State, seconds: number, need: number): Promise<State> {
  const main = { call: async () => ticket as never };
  const [order] = await prepareRun(intentsOf(state), main);
  const { request } = order!.jobs[0]!.recipe;
  const taken = { seconds, memory: { need: need * GIB, of: 8 * GIB } };
  const experience = learn(state.settings.experience, workOf(request, requestedSize(request)!), taken);
  return { ...state, settings: { ...state.settings, experience } };
}

test("nothing is said before a model's first picture", () => {
  expect(preflight(panel())).toBe(null);
});

test("what a picture took is what the next one like it will take, as often as there are pictures", async () => {
  const state = await after(panel(), 21, 4);
  const ten = { ...state, settings: { ...state.settings, count: 3 } };
  expect(preflight(ten)).toEqual({ seconds: 63, memory: { need: 4 * GIB, of: 8 * GIB } });
  const fast = { ...state, settings: { ...state.settings, quantize: "int8" as const } };
  expect(preflight(await after(fast, 11, 2))).toEqual({
    seconds: 11 * settings.count,
    memory: { need: 2 * GIB, of: 8 * GIB },
  });
});

test("several layers: the time of all, the memory of the one that takes most", async () => {
  const wide = { ...layer("Hero"), id: "wide", width: 780 };
  const one = await after(panel({ settings: { ...settings, count: 1 } }), 10, 3);
  const both = panel({
    settings: one.settings,
    selection: { kind: "several", targets: [layer("Hero"), wide] } as never,
  });
  const { seconds, memory } = preflight(both)!;
  expect(seconds).toBeGreaterThan(19);
  expect(memory?.need).toBe(3 * GIB);
});
