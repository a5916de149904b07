import { HistoryDesk } from "../../../plugin/ui/actions/history-desk.ts";
import { writeAbout } from "../../../plugin/ui/state/kept-about.ts";
import { newPicture, type Picture } from "../../../plugin/ui/state/picture.ts";
import { Store } from "../../../plugin/ui/state/store.ts";
import type { ClientMessage, CompanionMessage } from "../../../shared/protocol.ts";
import { job, newJob, recipe } from "./fixtures.ts";

const FILE = "f".repeat(32);

function openHistory({ file }: { file?: string } = {}) {
  const store = new Store();
  const sent: ClientMessage[] = [];
  const bytes: string[][] = [];
  const released: string[] = [];
  const companion = {
    send: (message: ClientMessage, attachments?: ReadonlyMap<string, Uint8Array>) => {
      sent.push(message);
      bytes.push([...(attachments?.keys() ?? [])]);
    },
  };
  const main = { call: async (name: string) => (name === "name-file" ? { file: FILE } : { layers: [] }) as never };
  const desk = new HistoryDesk({
    ...{ store, companion, main, shrink: async () => new Uint8Array([1]) },
    release: (id) => void released.push(id),
  });
  desk.remember(file);
  const connected = (kind: "ready" | "off") => store.dispatch({ type: "connection", connection: { kind } });
  connected("ready");
  const finish = (id: string, more: object = {}) => {
    store.dispatch({ type: "submitted", jobs: [newJob(id, { run: id, ...more })] });
    const image = { url: "", bytes: new Uint8Array([9]), width: 8, height: 4 };
    const facts = { seconds: 1, tokens: 1, droppedText: null, weightBits: null, paletteDistance: null, thrift: null };
    store.dispatch({ type: "done", job: id, image, ...facts, recipe });
  };
  const hear = (message: CompanionMessage, image?: Uint8Array) =>
    desk.onMessage({ message, attachments: new Map(image ? [["image", image]] : []) });
  const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
  const brief = () =>
    sent.map((message) => `${message.type} ${"picture" in message ? message.picture.job : ""}`.trim());
  return { store, desk, sent, bytes, released, connected, finish, hear, settled, brief };
}

const kept = (id: string, more: Partial<Picture> = {}) => {
  const picture = { ...newPicture(job(id, { run: id }), recipe, "done"), seconds: 1, width: 8, height: 4, ...more };
  return { job: id, at: picture.job.submittedAt, starred: picture.starred, about: writeAbout(picture) };
};

beforeAll(() => {
  URL.createObjectURL = () => "blob:";
});

test("HistoryDesk keeps a finished picture whole and small, and lets its job go only then", async () => {
  const { finish, settled, brief, bytes, hear, released, store } = openHistory();
  finish("a");
  await settled();
  expect([brief(), bytes]).toEqual([["keep a"], [["image", "small"]]]);
  expect(released).toEqual([]);
  hear({ type: "kept", job: "a" });
  expect(released).toEqual(["a"]);
  expect(store.state.pictures[0]).toMatchObject({ kept: true, width: 8, height: 4 });
});

test("HistoryDesk holds a picture of several layers until it is placed", async () => {
  const { finish, settled, hear, released, store, brief } = openHistory();
  finish("a", { batch: true });
  await settled();
  hear({ type: "kept", job: "a" });
  expect(released).toEqual([]);
  store.dispatch({ type: "placed", job: "a", layer: "1:2" });
  expect(brief()).toEqual(["keep a", "keep a"]);
});

test("HistoryDesk tells of stars and layers, also of those that came while a picture was on its way", async () => {
  const { finish, settled, hear, store, sent } = openHistory();
  finish("a");
  await settled();
  store.dispatch({ type: "placed", job: "a", layer: "1:2" });
  hear({ type: "kept", job: "a" });
  hear({ type: "kept", job: "a" });
  store.dispatch({ type: "starred", job: "a", starred: true });
  const told = sent.map((message) => (message.type === "keep" ? message.picture : null));
  expect(told.map((each) => [each!.starred, JSON.parse(each!.about).layers])).toEqual([
    [false, []],
    [false, ["1:2"]],
    [true, ["1:2"]],
  ]);
});

test("HistoryDesk shows what is kept for the file, each picture once, and leaves out what it can't read", async () => {
  const { desk, finish, settled, hear, store, brief } = openHistory({ file: FILE });
  finish("a");
  await settled();
  desk.onWelcome();
  expect(brief()).toContain("list-history");
  const strange = { job: "x", at: 1, starred: false, about: '{"job":"x"}' };
  const pictures = [kept("a"), kept("b", { starred: true, layers: ["1:9"] }), strange];
  hear({ type: "history", file: FILE, pictures });
  expect(store.state.pictures.map(({ job: { job: id } }) => id)).toEqual(["a", "b"]);
  expect(store.state.chosen).toBe("a");
  expect(store.state.pictures[1]).toMatchObject({ phase: "done", kept: true, starred: true, image: null, seconds: 1 });
  expect(brief().filter((each) => each === "keep b")).toEqual([]);
});

test("HistoryDesk loads a picture when it is wanted, and says when it is gone", async () => {
  const { desk, hear, store } = openHistory({ file: FILE });
  hear({ type: "history", file: FILE, pictures: [kept("a"), kept("b")] });
  const [a, b] = store.state.pictures;
  const [loading, gone] = [desk.load(a!), desk.load(b!)];
  hear({ type: "kept-picture", job: "a", size: "whole" }, new Uint8Array([5]));
  hear({ type: "kept-picture", job: "b", size: "whole" });
  expect(await loading).toMatchObject({ bytes: new Uint8Array([5]), width: 8, height: 4 });
  await expect(gone).rejects.toMatchObject({ code: "result-expired" });
  expect(await desk.load(store.state.pictures[0]!)).toMatchObject({ width: 8 });
});

test("HistoryDesk forgets what was removed, at the next welcome where the companion was away", async () => {
  const { desk, hear, store, sent, connected } = openHistory({ file: FILE });
  hear({ type: "history", file: FILE, pictures: [kept("a"), kept("b")] });
  store.dispatch({ type: "discarded", jobs: ["a"] });
  connected("off");
  store.dispatch({ type: "discarded", jobs: ["b"] });
  expect(sent).toEqual([{ type: "forget", file: FILE, jobs: ["a"] }]);
  connected("ready");
  desk.onWelcome();
  expect(sent[1]).toEqual({ type: "forget", file: FILE, jobs: ["b"] });
});

test("HistoryDesk chooses the newest where nothing is chosen, and forgets any number", () => {
  const { hear, store, sent } = openHistory({ file: FILE });
  const ids = Array.from({ length: 600 }, (_, i) => `p${i}`);
  hear({ type: "history", file: FILE, pictures: ids.map((id) => kept(id)) });
  expect(store.state.chosen).toBe("p0");
  store.dispatch({ type: "discarded", jobs: ids });
  expect(sent.map((message) => (message.type === "forget" ? message.jobs.length : 0))).toEqual([500, 100]);
});

test("HistoryDesk keeps at the next welcome what was finished while the companion went away", async () => {
  const { desk, finish, settled, brief, connected } = openHistory();
  connected("off");
  finish("a");
  await settled();
  expect(brief()).toEqual([]);
  connected("ready");
  desk.onWelcome();
  await settled();
  expect(brief()).toEqual(["keep a"]);
});
