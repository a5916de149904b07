/** What follows from a change of the panel's state by itself. */
import { followChanges } from "../../../plugin/ui/actions/after-change.ts";
import { attemptsOf } from "../../../plugin/ui/actions/attempt.ts";
import { DEFAULT_SETTINGS } from "../../../plugin/ui/state/state.ts";
import { Store } from "../../../plugin/ui/state/store.ts";
import type { MainClient } from "../../../plugin/ui/wires/main-client.ts";
import { Problem } from "../../../shared/problem.ts";

describe("settings are kept", () => {
  /** Each write ends when it is told to. */
  function open() {
    const store = new Store();
    const saved: unknown[] = [];
    const writes: (() => void)[] = [];
    const main = {
      call: async (name: string, { value }: { value: { seed: number; steps: number } }) => {
        if (name !== "save") return;
        saved.push([value.seed, value.steps]);
        await new Promise<void>((resolve) => writes.push(resolve));
      },
    };
    followChanges(store, main as unknown as MainClient, attemptsOf(store));
    const started = { settings: DEFAULT_SETTINGS, document: "Icons", selection: { kind: "none" }, view: "main" };
    store.dispatch({ type: "started", ...started } as never);
    const written = async () => {
      for (const end of writes.splice(0)) end();
      await settled();
    };
    return { store, saved, written, set: (change: object) => store.dispatch({ type: "settings", change }) };
  }
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

  test("at once, since Figma ends a plugin without a word", async () => {
    const { set, saved } = open();
    set({ seed: 5 });
    set({ steps: 9 });
    await Promise.resolve();
    expect(saved).toEqual([[5, 9]]);
  });

  test("one write at a time: what changes during it is written as soon as it has ended, not step by step", async () => {
    const { set, saved, written } = open();
    for (let seed = 1; seed <= 50; seed++) {
      set({ seed, steps: 9 });
      await settled();
    }
    expect(saved).toEqual([[1, 9]]);
    await written();
    expect(saved).toEqual([
      [1, 9],
      [50, 9],
    ]);
    await written();
    expect(saved).toHaveLength(2);
    set({ seed: 51 });
    await settled();
    expect(saved.at(-1)).toEqual([51, 9]);
  });

  test("further after a write that failed", async () => {
    const store = new Store();
    const saved: number[] = [];
    const call = async (_name: string, { value }: { value: { seed: number } }) => {
      saved.push(value.seed);
      throw new Problem("disk-full", "The settings could not be kept.");
    };
    followChanges(store, { call } as unknown as MainClient, attemptsOf(store));
    const started = { settings: DEFAULT_SETTINGS, document: "Icons", selection: { kind: "none" }, view: "main" };
    store.dispatch({ type: "started", ...started } as never);
    for (const seed of [1, 2]) {
      store.dispatch({ type: "settings", change: { seed } });
      await settled();
    }
    expect(saved).toEqual([1, 2]);
    expect(store.state.notice?.text).toBe("The settings could not be kept.");
  });
});
