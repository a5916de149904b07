/** Live: the newest edit wins, one picture is on its way at a time, and nothing is left behind. */
import type { SelectionInfo } from "../../../plugin/bridge.ts";
import { goLive, keepLive } from "../../../plugin/ui/actions/go-live.ts";
import { LiveDesk } from "../../../plugin/ui/actions/live-desk.ts";
import type { Runner } from "../../../plugin/ui/actions/run.ts";
import { liveIntent } from "../../../plugin/ui/request/live-intent.ts";
import type { Order } from "../../../plugin/ui/request/prepare-run.ts";
import { liveHere } from "../../../plugin/ui/state/live-here.ts";
import type { Picture } from "../../../plugin/ui/state/picture.ts";
import { Store } from "../../../plugin/ui/state/store.ts";
import type { MainClient } from "../../../plugin/ui/wires/main-client.ts";
import type { ClientMessage, CompanionMessage } from "../../../shared/protocol.ts";
import { companion, job, layer, model, recipe, target, ticket } from "./fixtures.ts";

const HERO = layer("Hero");
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

let opened: Store | undefined;
afterEach(() => opened && goLive({ store: opened }, null));

/** Live of a frame that shows a number. */
async function open(replaceMs = 60_000) {
  const store = new Store();
  opened = store;
  const sent: ClientMessage[] = [];
  const watched: (string | null)[] = [];
  let shows = 1;
  let exports = 0;
  const prepare = async (): Promise<Order[]> => {
    exports++;
    const bytes = Uint8Array.of(shows);
    const made = {
      job: job(`job ${exports}`, { ticket: { ...ticket, target: HERO.id } }),
      recipe: { ...recipe, asked: String(shows) },
    };
    return [{ jobs: [made], images: new Map([["image", bytes]]), hashes: new Map([["image", `hash of ${shows}`]]) }];
  };
  const main = {
    call: async (_: string, { node }: { node: string | null }) => void watched.push(node),
  } as unknown as MainClient;
  const desk = new LiveDesk({
    store,
    main,
    prepare,
    replaceMs,
    decoded: async () => {},
    companion: { send: (message) => void sent.push(message) },
  });
  store.dispatch({ type: "companion", companion });
  store.dispatch({ type: "connection", connection: { kind: "ready" } });
  store.dispatch({ type: "selection", selection: target("Hero"), around: [HERO.id] });
  store.dispatch({ type: "mode", mode: "edit" });
  goLive({ store }, HERO);
  await settle();
  const hear = async (message: object) => {
    const image = { name: "image", mediaType: "image/png", width: 8, height: 8 };
    const result = { attachments: [image], seconds: 0.1, facts: {} };
    const task = { kind: "generate", request: recipe.request };
    const attachments = new Map([["image", Uint8Array.of(9)]]);
    desk.onMessage({ message: { task, result, ...message } as unknown as CompanionMessage, attachments });
    await settle();
  };
  const edit = async (number: number) => {
    shows = number;
    desk.onEdited(HERO.id);
    await settle();
  };
  const submitted = () => sent.flatMap((message) => (message.type === "submit" ? [message.jobs[0]!.job] : []));
  return { store, desk, sent, watched, hear, edit, submitted, exports: () => exports };
}

test("it is painted when it is switched on, for this connection only", async () => {
  const { store, sent, watched, hear } = await open();
  expect(watched).toEqual([HERO.id]);
  expect(sent).toMatchObject([{ type: "submit", fleeting: true, jobs: [{ job: "job 1" }] }]);
  await hear({ type: "done", job: "job 1" });
  expect(store.state.live).toMatchObject({
    painting: false,
    picture: { made: { job: { job: "job 1" } }, kept: false },
  });
  expect(sent.at(-1)).toEqual({ type: "acknowledge", job: "job 1" });
  expect(store.state.pictures).toEqual([]);
});

test("of many edits while it paints, only the last is looked at, once", async () => {
  const { hear, edit, submitted, exports } = await open();
  await hear({ type: "progress", job: "job 1" });
  for (let number = 2; number <= 10; number++) await edit(number);
  expect([submitted(), exports()]).toEqual([["job 1"], 1]);
  await hear({ type: "done", job: "job 1" });
  expect([submitted(), exports()]).toEqual([["job 1", "job 2"], 2]);
});

test("an edit that changes no pixel is not painted, one that is taken back is", async () => {
  const { hear, edit, submitted } = await open();
  await hear({ type: "done", job: "job 1" });
  await edit(1);
  expect(submitted()).toEqual(["job 1"]);
  await edit(2);
  await hear({ type: "done", job: "job 3" });
  await edit(1);
  expect(submitted()).toEqual(["job 1", "job 3", "job 4"]);
});

test("where it waits behind others, a newer one takes its place, and no third one goes before one of them ends", async () => {
  const { store, hear, edit, sent, submitted } = await open(1);
  await hear({ type: "queued", job: "job 1", ahead: 3 });
  expect(store.state.live?.ahead).toBe(3);
  await edit(2);
  while (submitted().length < 2) await settle();
  expect(sent.slice(1, 3)).toMatchObject([{ type: "cancel", job: "job 1", unlessRunning: true }, { type: "submit" }]);
  await edit(3);
  await hear({ type: "cancelled", job: "job 1" });
  expect(sent).toContainEqual({ type: "acknowledge", job: "job 1" });
  while (submitted().length < 3) await settle();
  expect(sent.filter(({ type }) => type === "cancel")).toHaveLength(2);
});

test("one that is on its way and is not begun yet is not replaced at once", async () => {
  const { edit, submitted } = await open();
  await edit(2);
  await edit(3);
  expect(submitted()).toEqual(["job 1"]);
});

test("a problem is said, and the next edit tries anew", async () => {
  const { store, hear, edit, submitted } = await open();
  const problem = { code: "out-of-memory", message: "Too much." } as const;
  await hear({ type: "failed", job: "job 1", problem });
  expect(store.state.live?.problem).toEqual(problem);
  await edit(1);
  expect(submitted()).toEqual(["job 1", "job 2"]);
  await hear({ type: "done", job: "job 2" });
  expect(store.state.live?.problem).toBeNull();
});

test("another selection, another view and switching off end what is on its way; coming back goes on", async () => {
  const { store, sent, watched, submitted } = await open();
  const elsewhere: SelectionInfo = target("Other");
  store.dispatch({ type: "selection", selection: elsewhere, around: ["id of Other"] });
  expect(liveHere(store.state)).toBeNull();
  expect(sent.slice(1)).toEqual([
    { type: "cancel", job: "job 1" },
    { type: "acknowledge", job: "job 1" },
  ]);
  store.dispatch({ type: "selection", selection: target("Ball in Hero"), around: ["id of Ball in Hero", HERO.id] });
  await settle();
  expect(submitted()).toEqual(["job 1", "job 2"]);
  store.dispatch({ type: "view", view: "pictures" });
  store.dispatch({ type: "view", view: "create" });
  await settle();
  goLive({ store }, null);
  expect(watched).toEqual([HERO.id, null, HERO.id, null, HERO.id, null]);
  expect(sent.slice(-2)).toEqual([
    { type: "cancel", job: "job 3" },
    { type: "acknowledge", job: "job 3" },
  ]);
});

test("two shapes of the frame that are selected together mean no Fill, and no pause", async () => {
  const { store, submitted } = await open();
  store.dispatch({ type: "selection", selection: target("Ball", "Spot"), around: [HERO.id] });
  expect([store.state.mode, submitted()]).toEqual(["edit", ["job 1"]]);
  store.dispatch({ type: "selection", selection: target("Ball"), around: [HERO.id] });
  store.dispatch({ type: "selection", selection: target("Photo", "Spot"), around: [] });
  expect(store.state.mode).toBe("fill");
});

test("what is kept becomes a picture like any other, once, and the view stays", async () => {
  const { store, hear } = await open();
  await hear({ type: "done", job: "job 1" });
  const placed: string[] = [];
  const main = {
    call: async (name: string, input: { where: string; job: string }) => {
      if (name === "place-layer") placed.push(`${input.job} ${input.where}`);
      return { node: "layer" };
    },
  } as unknown as MainClient;
  const history = { load: async ({ image }: Picture) => image! };
  const runner = { store, main, history, desk: { release: () => {} } } as unknown as Runner;
  await keepLive(runner);
  await keepLive(runner);
  expect(placed).toEqual(["job 1 over anyway"]);
  expect(store.state).toMatchObject({ view: "create", live: { picture: { kept: true } } });
  expect(store.state.pictures).toMatchObject([{ phase: "done", placed: true, layers: ["layer"] }]);
  expect(store.state.pictures[0]!.image!.url).not.toBe(store.state.live!.picture!.image.url);
});

test("over a new connection it is asked for anew, and what the companion still has is ended", async () => {
  const { store, desk, sent, edit, submitted } = await open();
  store.dispatch({ type: "connection", connection: { kind: "connecting" } });
  await edit(5);
  expect(submitted()).toEqual(["job 1"]);
  store.dispatch({ type: "connection", connection: { kind: "ready" } });
  desk.onWelcome({ jobs: ["job 1"] });
  await settle();
  expect(sent.slice(1)).toMatchObject([
    { type: "cancel", job: "job 1" },
    { type: "acknowledge", job: "job 1" },
    { type: "submit", images: [{ sha256: "hash of 5" }] },
  ]);
});

test("what the panel says counts as an edit", async () => {
  const { store, hear, exports } = await open();
  await hear({ type: "done", job: "job 1" });
  store.dispatch({ type: "prompt", prompt: "a fox" });
  await settle();
  store.dispatch({ type: "settings", change: { strength: 0.3 } });
  await settle();
  expect(exports()).toBe(3);
});

test("it takes four steps at the most, the panel's seed, and the fast format where the companion has one", () => {
  const { state } = new Store();
  const now = {
    ...state,
    companion,
    prompt: "{name} at night",
    settings: { ...state.settings, strength: 0.6, seed: 42 },
  };
  const intent = liveIntent(now, HERO);
  expect(intent).toMatchObject({ mode: "edit", prompt: "Hero at night", seeds: [42], withoutResults: true });
  expect([intent.settings.steps, intent.settings.quantize]).toEqual([7, undefined]);
  const device = { ...companion.device!, timesFaster: 1.5 };
  const faster = { ...now, companion: { ...companion, device } };
  expect(liveIntent(faster, HERO).settings.quantize).toBe("int8");
  const turbo = { ...model, defaults: { ...model.defaults, steps: 2 } };
  expect(liveIntent({ ...now, companion: { ...companion, models: [turbo] } }, HERO).settings.steps).toBe(2);
});
