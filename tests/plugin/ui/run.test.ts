/** A second run over several layers. */
import type { Ticket } from "../../../plugin/bridge.ts";
import { generate, type Runner } from "../../../plugin/ui/actions/run.ts";
import type { Order } from "../../../plugin/ui/request/prepare-run.ts";
import { newPicture } from "../../../plugin/ui/state/picture.ts";
import { Store } from "../../../plugin/ui/state/store.ts";
import type { MainClient } from "../../../plugin/ui/wires/main-client.ts";
import { companion, layer, ticket } from "./fixtures.ts";

const NAMES = ["Fox", "Owl", "Cat"];

function open() {
  const store = new Store();
  const sent: Order[] = [];
  const main = {
    call: async (_name: string, { target }: { target: string }): Promise<Ticket> => ({ ...ticket, target }),
  } as unknown as MainClient;
  const submit = async (orders: readonly Order[]) => {
    sent.push(...orders);
    store.dispatch({ type: "submitted", jobs: orders.flatMap(({ jobs }) => jobs) });
  };
  const runner = {
    ...{ store, main, history: { load: async () => undefined as never } },
    desk: { submit },
  } as unknown as Runner;
  const layers = NAMES.map((name) => layer(name));
  const targets = layers.map((each) => ({ ...each, texts: [] }));
  store.dispatch({ type: "companion", companion });
  store.dispatch({ type: "selection", selection: { kind: "several", layers, targets, total: 3 } });
  store.dispatch({ type: "prompt", prompt: "portrait of {name}" });
  /** Runs, and has what was sent painted and placed. */
  const run = async (): Promise<string[]> => {
    sent.length = 0;
    await generate(runner);
    const jobs = sent.flatMap((order) => order.jobs);
    for (const { job, recipe } of jobs) {
      const { width, height } = newPicture(job, recipe);
      const image = { url: "blob:1", bytes: new Uint8Array(1), width, height };
      const facts = { seconds: 1, tokens: 1, droppedText: null, weightBits: null, paletteDistance: null, thrift: null };
      store.dispatch({ type: "done", job: job.job, image, ...facts, recipe });
      store.dispatch({ type: "placed", job: job.job, layer: `result of ${job.ticket.target}` });
    }
    return jobs.map(({ job }) => job.ticket.target.replace("id of ", ""));
  };
  return { store, run };
}

test("a run with nothing else than before paints nothing again, and says so", async () => {
  const { store, run } = open();
  expect(await run()).toEqual(NAMES);
  expect(await run()).toEqual([]);
  expect(store.state.notice?.text).toContain("Every layer shows its picture already");
});

test("a run with another word for one layer paints that one, and keeps the others", async () => {
  const { store, run } = open();
  const words = (fox: string) => ({
    ...{ columns: ["name", "animal"] },
    rows: [
      ["Fox", fox],
      ["Owl", "an owl"],
      ["Cat", "a cat"],
    ],
  });
  store.dispatch({ type: "prompt", prompt: "portrait of {animal}" });
  store.dispatch({ type: "table", table: words("a fox") });
  await run();
  store.dispatch({ type: "table", table: words("a red fox") });
  expect(await run()).toEqual(["Fox"]);
  expect(store.state.notice?.text).toBe("2 layers keep their pictures: nothing changed.");
});

test("another variation paints all of them", async () => {
  const { store, run } = open();
  await run();
  store.dispatch({ type: "settings", change: { variation: 2 } });
  expect(await run()).toEqual(NAMES);
});

test("a layer whose picture was taken away is painted again", async () => {
  const { store, run } = open();
  await run();
  store.dispatch({ type: "layers", asked: ["result of id of Owl"], shown: [] });
  expect(await run()).toEqual(["Owl"]);
});
