/** When a quick action starts by itself. */
import { takeQuickAction } from "../../../plugin/ui/actions/take-quick-action.ts";
import { withRecent } from "../../../plugin/ui/state/recent-prompts.ts";
import { Store } from "../../../plugin/ui/state/store.ts";
import { companion, layer } from "./fixtures.ts";

const APPLE = { prompt: "a red apple", count: 3 };

function open() {
  const store = new Store();
  const generated: string[] = [];
  const generate = async () => void generated.push(store.state.prompt);
  const select = () => store.dispatch({ type: "selection", selection: { kind: "target", target: layer("Hero") } });
  const connect = () => {
    store.dispatch({ type: "connection", connection: { kind: "ready" } });
    store.dispatch({ type: "companion", companion });
  };
  const taken = () => takeQuickAction({ store, generate }, APPLE);
  return { store, generated, select, connect, taken };
}

test("it fills the panel at once, and starts when the companion has said what it has", async () => {
  const { store, generated, select, connect, taken } = open();
  select();
  const over = taken();
  expect(store.state).toMatchObject({ prompt: "a red apple", settings: { prompt: "a red apple", count: 3 } });
  expect(generated).toEqual([]);
  connect();
  await over;
  expect(generated).toEqual(["a red apple"]);
});

test("without a selection it waits for the designer", async () => {
  const { store, generated, connect, taken } = open();
  connect();
  await taken();
  expect([generated, store.state.prompt]).toEqual([[], "a red apple"]);
});

test.each(["off", "unpaired"] as const)("where the companion is %s it waits for the designer", async (kind) => {
  const { store, generated, select, connect, taken } = open();
  select();
  store.dispatch({ type: "connection", connection: { kind } as never });
  await taken();
  connect();
  expect([generated, store.state.prompt]).toEqual([[], "a red apple"]);
});

test("a prompt that was changed meanwhile is not sent by itself", async () => {
  const { store, generated, select, connect, taken } = open();
  select();
  const over = taken();
  store.dispatch({ type: "prompt", prompt: "a red apple on a" });
  connect();
  await over;
  expect(generated).toEqual([]);
});

test("withRecent() keeps each prompt once, newest first, and not all", () => {
  expect(withRecent(["a", "b"], " b ")).toEqual(["b", "a"]);
  expect(withRecent(["a"], " ")).toEqual(["a"]);
  expect(withRecent(Array.from({ length: 30 }, String), "new")).toHaveLength(20);
});
