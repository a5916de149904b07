/** What follows from a change of the panel's state by itself. */
import { followChanges } from "../../../plugin/ui/actions/after-change.ts";
import { attemptsOf } from "../../../plugin/ui/actions/attempt.ts";
import { DEFAULT_SETTINGS } from "../../../plugin/ui/state/state.ts";
import { Store } from "../../../plugin/ui/state/store.ts";
import type { MainClient } from "../../../plugin/ui/wires/main-client.ts";

describe("settings are kept", () => {
  function open() {
    const store = new Store();
    const saved: unknown[] = [];
    const main = {
      call: async (name: string, { value }: { value: { seed: number; steps: number } }) => {
        if (name === "save") saved.push([value.seed, value.steps]);
      },
    };
    followChanges(store, main as unknown as MainClient, attemptsOf(store));
    const started = { settings: DEFAULT_SETTINGS, document: "Icons", selection: { kind: "none" }, view: "main" };
    store.dispatch({ type: "started", ...started } as never);
    return { store, saved, set: (change: object) => store.dispatch({ type: "settings", change }) };
  }
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ["queueMicrotask"] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test("at once, since Figma ends a plugin without a word", async () => {
    const { set, saved } = open();
    set({ seed: 5 });
    set({ steps: 9 });
    await Promise.resolve();
    expect(saved).toEqual([[5, 9]]);
  });

  test("once more after a pause where they change on, and not for every step of it", async () => {
    const { set, saved } = open();
    for (let seed = 1; seed <= 50; seed++) {
      set({ seed, steps: 9 });
      await Promise.resolve();
    }
    expect(saved).toEqual([[1, 9]]);
    await jest.advanceTimersByTimeAsync(1000);
    expect(saved).toEqual([
      [1, 9],
      [50, 9],
    ]);
    set({ seed: 51 });
    await Promise.resolve();
    expect(saved.at(-1)).toEqual([51, 9]);
  });
});
