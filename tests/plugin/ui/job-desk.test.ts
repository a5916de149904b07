import type { CallInput } from "../../../plugin/bridge.ts";
import { JobDesk } from "../../../plugin/ui/actions/job-desk.ts";
import type { Order } from "../../../plugin/ui/request/prepare-run.ts";
import { Store } from "../../../plugin/ui/state/store.ts";
import {
  type ClientMessage,
  type CompanionMessage,
  type Done,
  PROTOCOL_VERSION,
  type Welcome,
} from "../../../shared/protocol.ts";
import { newJob, openJob, recipe } from "./fixtures.ts";

const request = recipe.request;
const run = (...ids: string[]): Order => ({ jobs: ids.map((id) => newJob(id)), images: new Map(), hashes: new Map() });
const picture = { name: "image", mediaType: "image/png", width: 8, height: 8 } as const;
const done = (job: string, facts: object = { tokens: 4 }): Done => ({
  ...{ type: "done", job, task: { kind: "generate", request } },
  result: { attachments: [picture], seconds: 5, facts },
});
const welcomeWith = (...jobs: string[]): Welcome => ({
  type: "welcome",
  protocol: PROTOCOL_VERSION,
  version: "9",
  proof: "",
  modelsFolder: "/m",
  models: [],
  addOns: [],
  modelProblems: [],
  contentFilter: "off",
  jobs,
});

const MINE = "1".repeat(32);
const ANOTHER = "2".repeat(32);

/** Hears the names of the images that come with each message. */
let attach: (names: string[]) => void = () => {};
afterEach(() => {
  attach = () => {};
});

function openDesk(keeping: Promise<void> = Promise.resolve()) {
  const store = new Store();
  const sent: ClientMessage[] = [];
  const saved: CallInput<"save">[] = [];
  const desk = new JobDesk({
    store,
    companion: {
      send: (message, attachments) => {
        sent.push(message);
        attach([...(attachments?.keys() ?? [])]);
      },
    },
    save: (change) => {
      saved.push(change);
      return keeping;
    },
  });
  const connected = (kind: "ready" | "off") => store.dispatch({ type: "connection", connection: { kind } });
  connected("ready");
  const hear = (message: CompanionMessage, image?: Uint8Array) =>
    desk.onMessage({ message, attachments: new Map(image ? [["image", image]] : []) });
  const finish = (id: string, image: Uint8Array | undefined = new Uint8Array([1])) => hear(done(id), image);
  const brief = () =>
    sent.map((message) => {
      if (message.type === "submit") return `submit ${message.jobs.map(({ job }) => job).join("+")}`;
      return "job" in message ? `${message.type} ${message.job}` : message.type;
    });
  const phase = (id: string) => store.state.pictures.find((picture) => picture.job.job === id)?.phase;
  return { store, desk, sent, saved, brief, connected, hear, finish, phase };
}

test("JobDesk has a job kept before it is sent", async () => {
  const { desk, sent, saved } = openDesk();
  const order: string[] = [];
  saved.push = (...changes) => order.push(...changes.map(({ slot }) => slot));
  sent.push = (...messages) => order.push(...messages.map(({ type }) => type));
  await desk.submit([run("a")]);
  expect(order).toEqual(["job", "submit"]);
});

test("JobDesk sends a job while it is being kept, and says where it could not be", async () => {
  const full = new Error("full");
  const { desk, brief, phase } = openDesk(Promise.reject(full));
  const submitted = desk.submit([run("a")]);
  expect(brief()).toEqual(["submit a"]);
  await expect(submitted).rejects.toBe(full);
  expect(phase("a")).toBe("sending");
});

test("JobDesk acknowledges a picture only when it is released, not when it arrives", async () => {
  const { desk, brief, finish, saved, store } = openDesk();
  await desk.submit([run("a")]);
  finish("a");
  expect(brief()).toEqual(["submit a"]);
  expect(saved.at(-1)).toMatchObject({ slot: "job", value: { job: "a" } });
  expect(Object.values(store.state.settings.experience)).toEqual([[{ steps: request.steps, seconds: 5 }]]);
  desk.release("a");
  expect(brief().at(-1)).toBe("acknowledge a");
  expect(saved.at(-1)).toEqual({ slot: "finished-job", value: "a" });
});

test("JobDesk tells that the weights were narrowed, and what of the prompt was cut", async () => {
  const { desk, hear, store } = openDesk();
  await desk.submit([run("a")]);
  hear(done("a", { tokens: 77, weightBits: 8, thrift: "fewer-bits", droppedText: "on a hill" }), new Uint8Array([1]));
  expect(store.state.pictures[0]).toMatchObject({
    weightBits: 8,
    thrift: "fewer-bits",
    droppedText: "on a hill",
  });
});

test("JobDesk sends again what was not confirmed before a break, and asks for what was", async () => {
  const { desk, brief, hear, connected } = openDesk();
  desk.onWelcome(welcomeWith(), MINE);
  await desk.submit([run("a", "b")]);
  hear({ type: "queued", job: "a", ahead: 0 });
  connected("off");
  connected("ready");
  desk.onWelcome(welcomeWith("a"), MINE);
  expect(brief()).toEqual(["submit a+b", "attach a", "submit b"]);
});

test("JobDesk sends a job that was submitted while the companion was away", async () => {
  const { desk, brief, connected, phase } = openDesk();
  desk.onWelcome(welcomeWith(), MINE);
  connected("off");
  await desk.submit([run("a")]);
  expect(brief()).toEqual([]);
  connected("ready");
  desk.onWelcome(welcomeWith(), MINE);
  expect(brief()).toEqual(["submit a"]);
  expect(phase("a")).toBe("sending");
});

test("JobDesk sends a job again only to the companion that it was made for", async () => {
  const { desk, brief, connected, phase } = openDesk();
  desk.onWelcome(welcomeWith(), MINE);
  await desk.submit([run("a")]);
  expect(brief()).toEqual(["submit a"]);
  connected("off");
  connected("ready");
  desk.onWelcome(welcomeWith(), ANOTHER);
  expect(brief()).toEqual(["submit a", "acknowledge a"]);
  expect(phase("a")).toBe("failed");
});

test("JobDesk sends an image once, until the companion says that it lacks it", async () => {
  const { desk, hear } = openDesk();
  const bytes: string[][] = [];
  desk.onWelcome(welcomeWith(), MINE);
  const images = new Map([
    ["reference.0", new Uint8Array([1])],
    ["reference.1", new Uint8Array([1])],
  ]);
  const hashes = new Map([...images.keys()].map((name) => [name, "h"]));
  const attachedOf = () => bytes.at(-1);
  attach = (names) => void bytes.push(names);
  await desk.submit([{ ...run("a", "b"), images, hashes }]);
  expect(attachedOf()).toEqual(["reference.0"]);
  hear({ type: "queued", job: "a", ahead: 0 });
  hear({ type: "queued", job: "b", ahead: 1 });
  await desk.submit([{ ...run("c"), images, hashes }]);
  expect(attachedOf()).toEqual([]);
  hear({ type: "missing", jobs: ["c"], images: ["reference.0", "reference.1"] });
  expect(attachedOf()).toEqual(["reference.0"]);
});

test("JobDesk sends all images of an order again where the companion lacked one: it stored none of them", async () => {
  const { desk, hear } = openDesk();
  const bytes: string[][] = [];
  desk.onWelcome(welcomeWith(), MINE);
  attach = (names) => void bytes.push(names);
  const images = (...names: string[]) => new Map(names.map((name) => [name, new Uint8Array([1])]));
  const hashes = (...names: string[]) => new Map(names.map((name) => [name, name]));
  await desk.submit([{ ...run("a"), images: images("x"), hashes: hashes("x") }]);
  hear({ type: "queued", job: "a", ahead: 0 });
  await desk.submit([{ ...run("b"), images: images("x", "y"), hashes: hashes("x", "y") }]);
  hear({ type: "missing", jobs: ["b"], images: ["x"] });
  expect(bytes).toEqual([["x"], ["y"], ["x", "y"]]);
});

test("JobDesk sends an image along where the companion keeps it for no job any more, so that it need not ask", async () => {
  const { desk, finish, sent } = openDesk();
  const came: string[][] = [];
  desk.onWelcome(welcomeWith(), MINE);
  attach = (names) => void came.push(names);
  const order = (id: string) => ({
    ...run(id),
    images: new Map([["image", new Uint8Array([1])]]),
    hashes: new Map([["image", "h"]]),
  });
  await desk.submit([order("a")]);
  await desk.submit([order("b")]);
  finish("a");
  desk.release("a");
  await desk.submit([order("c")]);
  for (const id of ["b", "c"]) desk.release(id);
  await desk.submit([order("d")]);
  expect(came.filter((_, i) => sent[i]!.type === "submit")).toEqual([["image"], [], [], ["image"]]);
});

test("JobDesk says so when the companion lost a job", async () => {
  const { desk, hear, phase } = openDesk();
  await desk.submit([run("a")]);
  hear({ type: "queued", job: "a", ahead: 0 });
  desk.onWelcome(welcomeWith(), MINE);
  expect(phase("a")).toBe("failed");
});

test("JobDesk takes up the jobs of an earlier opening, and keeps those that never reached the companion ready to send", () => {
  const { desk, brief, phase, saved, store } = openDesk();
  desk.remember([openJob("a"), openJob("b")]);
  desk.onWelcome(welcomeWith("a", "of another file"), MINE);
  expect(brief()).toEqual(["attach a"]);
  expect([phase("a"), phase("b")]).toEqual(["queued", "unsent"]);
  expect(store.state.pictures.find(({ job }) => job.job === "b")?.recipe).toEqual(recipe);
  // It stays in Figma's storage until the designer sends or discards it.
  expect(saved).toEqual([]);
});

test("JobDesk says that a job of another version can't be read, and gives it up", () => {
  const { desk, saved, store } = openDesk();
  desk.remember([openJob("a", { recipe: '{"version":9}' })]);
  expect(store.state.notice).toMatchObject({ tone: "problem", text: expect.stringContaining("another version") });
  expect(saved).toEqual([{ slot: "finished-job", value: "a" }]);
});

test("JobDesk cancels at the next welcome what was cancelled while the companion was away", async () => {
  const { desk, brief, connected, hear, store } = openDesk();
  await desk.submit([run("a")]);
  hear({ type: "queued", job: "a", ahead: 0 });
  connected("off");
  desk.cancel(store.state.pictures[0]!);
  connected("ready");
  desk.onWelcome(welcomeWith("a"), MINE);
  expect(brief()).toEqual(["submit a", "cancel a", "acknowledge a"]);
});

test.each<[string, CompanionMessage]>([
  ["failed", { type: "failed", job: "a", problem: { code: "out-of-memory", message: "Too large." } }],
  ["rejected", { type: "rejected", job: "a", problem: { code: "queue-full", message: "Too many." } }],
])("JobDesk shows why a job was %s, and forgets it", async (_what, message) => {
  const { desk, hear, store, saved } = openDesk();
  await desk.submit([run("a")]);
  hear(message);
  expect(store.state.pictures[0]).toMatchObject({ phase: "failed", problem: { message: expect.any(String) } });
  expect(saved.at(-1)).toEqual({ slot: "finished-job", value: "a" });
});

test("JobDesk does not take a result without its picture for a result", async () => {
  const { desk, store, hear } = openDesk();
  await desk.submit([run("a")]);
  hear(done("a"));
  expect(store.state.pictures[0]).toMatchObject({ phase: "failed", problem: { code: "frame-invalid" } });
});

test("JobDesk makes nothing of a preview or a picture that nobody asked for", () => {
  const { store, desk, sent } = openDesk();
  const addresses = jest.spyOn(URL, "createObjectURL");
  const attachments = new Map([
    ["preview", new Uint8Array(8)],
    ["image", new Uint8Array(8)],
  ]);
  const before = store.state;
  desk.onMessage({ message: { type: "progress", job: ANOTHER, stage: "denoising", step: 1, of: 2 }, attachments });
  desk.onMessage({ message: done(ANOTHER), attachments });
  expect(addresses).not.toHaveBeenCalled();
  expect(store.state.pictures).toEqual(before.pictures);
  expect(sent).toEqual([]);
  addresses.mockRestore();
});
