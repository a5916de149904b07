/** Which worker takes a job, what a gateway offers of what they have, and what it says where nobody has it. */
import { RedisQueue } from "../../companion/queue/bullmq/redis-queue.ts";
import { RedisWorkSource } from "../../companion/queue/bullmq/redis-work-source.ts";
import type { WorkerCard } from "../../companion/team/card.ts";
import { referencesFor } from "../../companion/team/card.ts";
import { TeamEngine } from "../../companion/team/team-engine.ts";
import { TeamLibrary } from "../../companion/team/team-library.ts";
import { TeamWorker, type TeamWorkerOptions } from "../../companion/team/team-worker.ts";
import type { Task } from "../../shared/job.ts";
import type { ModelInfo } from "../../shared/protocol.ts";
import { parseRequest } from "../../shared/validate.ts";
import { until } from "../gateway/test-client.ts";
import { id, job, listen, result } from "../queue/queue-helpers.ts";
import { describeWithRedis, type RedisServer, startRedis } from "./redis-server.ts";

const digest = (letter: string) => letter.repeat(64);
const model = (name: string, more: Partial<ModelInfo> = {}): ModelInfo => ({
  ...{ id: name, name, family: { id: "sd1", name: "Stable Diffusion 1.x", like: false }, nativeSize: 512 },
  ...{ sizeMultiple: 8, maxTokens: 77, inpainting: false, references: false, edits: false, suggestions: [] },
  ...{ defaults: { steps: 20, guidanceScale: 7, scheduler: "euler" }, thumbnail: true },
  ...more,
});
const cardOf = (name: string, models: [ModelInfo, string][]): WorkerCard => ({
  ...{ name, version: "0", contentFilter: "off", addOns: [], done: 0, busy: false },
  models: models.map(([info, letter]) => ({ info, digest: digest(letter) })),
});
const task = (request: object): Task => ({
  kind: "generate",
  request: parseRequest({ prompt: "p", seed: 1, ...request }),
});

describeWithRedis("who takes what", () => {
  let server: RedisServer;
  let queue: RedisQueue;
  let url: string;
  const closing: { close(): Promise<void> | void }[] = [];
  const opened = <T extends { close(): Promise<void> | void }>(one: T): T => {
    closing.push(one);
    return one;
  };
  const never = () => new AbortController().signal;
  const worker = (has: string[], { open = [] as string[], card = "{}", patienceMs = 400 } = {}) =>
    opened(new RedisWorkSource({ url, patienceMs, offer: { has, open, card } }));

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.remove());
  beforeEach(async () => {
    url = server.url;
    queue = opened(new RedisQueue({ url }));
    await queue.store.redis.flushall();
  });
  afterEach(async () => {
    for (const each of closing.splice(0).reverse()) await each.close();
  });
  const submit = (n: number, needs: string[]) =>
    queue.submit([job(n, { images: {}, models: needs.map((need) => ({ id: need })) })], new Map());

  test("a job goes to a worker that has all it needs", async () => {
    const [some, all] = [worker(["a"]), worker(["a", "lora"])];
    const stop = new AbortController();
    const idle = some.claim("", stop.signal);
    await submit(1, ["a", "lora"]);
    expect(await all.claim("", never())).toMatchObject({ id: id(1) });
    await submit(2, ["a"]);
    expect(await idle).toMatchObject({ id: id(2) });
    stop.abort();
  });

  test("a job is left to the worker that has its model open, and taken by another after a short wait", async () => {
    const [cold, warm] = [worker(["a"]), worker(["a"], { open: ["a"] })];
    const claims: string[] = [];
    const take = (name: string, source: RedisWorkSource) =>
      source.claim("", never()).then((claim) => {
        claims.push(`${name} ${claim!.id.slice(-1)}`);
        return claim!;
      });
    await warm.announce({});
    const asked = performance.now();
    const first = take("cold", cold);
    await submit(1, ["a"]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(claims).toEqual([]);
    const second = take("warm", warm);
    await second;
    await submit(2, ["a"]);
    await first;
    // The warm one is busy with the first.
    expect(claims).toEqual(["warm 1", "cold 2"]);
    expect(performance.now() - asked).toBeGreaterThanOrEqual(400);
  });

  test("each thing is offered once, by what it is made of, and one name for two things is told apart", async () => {
    const library = new TeamLibrary(queue);
    const cards = [
      cardOf("one", [[model("dream"), "a"]]),
      cardOf("two", [
        [model("also dream", { references: true }), "a"],
        [model("dream"), "b"],
      ]),
    ];
    for (const card of cards) worker([], { card: JSON.stringify(card) });
    await until(async () => (await library.workers()).length === 2);
    const { models } = await library.list();
    expect(models.map((info) => info.references).sort()).toEqual([false, true]);
    expect(new Set(models.map((info) => info.id)).size).toBe(2);
    expect(models.every((info) => !info.thumbnail)).toBe(true);
    const known = models.find((info) => info.references)!;
    expect(await library.named(task({ model: known.id }))).toEqual([{ id: known.id, digest: digest("a") }]);
    const following = task({ model: known.id, references: [{ image: "i", weight: 1, start: 0, end: 1 }] });
    expect((await library.named(following)).at(-1)).toMatchObject({ digest: referencesFor(digest("a")) });
    await expect(library.named(task({ model: "nothing" }))).rejects.toMatchObject({
      code: "model-not-found",
      message: expect.stringContaining("“nothing”"),
    });
  });

  test("what nobody has any more is said by name while it waits; a worker's card that is none is no worker", async () => {
    const library = new TeamLibrary(queue);
    const engine = opened(new TeamEngine(queue, library, { lookMs: 50 }));
    await until(() => engine.state.problem?.code === "no-worker");
    worker([], { card: "not a card" });
    worker([digest("b")], { card: JSON.stringify(cardOf("b", [[model("other"), "b"]])) });
    await until(() => engine.state.problem === undefined);
    await queue.submit([job(1, { images: {}, models: [{ id: "dream", digest: digest("a") }] })], new Map());
    await until(() => engine.state.problem?.code === "model-not-found");
    expect(engine.state.problem!.message).toContain("“dream”");
    expect(await library.workers()).toHaveLength(1);
  });

  test("a worker whose engine ended has no model open any more", async () => {
    let change: (state: TeamWorkerOptions["engine"]["state"]) => void = () => {};
    const device = { provider: "cpu", name: "CPU", passedOver: [] } as const;
    const team = opened(
      new TeamWorker({
        ...{ url, name: "box", version: "0", contentFilter: "off" },
        library: {
          list: async () => ({ models: [model("m")], addOns: [], problems: [] }),
          digests: async () => new Map([["m", digest("a")]]),
          onChange: () => () => {},
        },
        engine: {
          state: { device },
          onChange: (listener) => {
            change = listener;
            return () => {};
          },
          run: async () => result(),
        },
      }),
    );
    await team.start();
    await queue.submit(
      [job(1, { images: {}, task: task({ model: "m" }), models: [{ id: "m", digest: digest("a") }] })],
      new Map(),
    );
    const open = async () => (await new TeamLibrary(queue).workers()).flatMap((each) => each.open);
    await until(async () => (await open()).length === 1);
    change({});
    await until(async () => (await open()).length === 0);
  });

  test("a worker runs a job by the names that its own library has", async () => {
    const ran: Task[] = [];
    const mine = [model("my-dream"), { ...model("my-lora"), kind: "lora", families: [], triggerWords: [] }] as const;
    const team = opened(
      new TeamWorker({
        ...{ url, name: "box", version: "0", contentFilter: "off" },
        library: {
          list: async () => ({ models: [mine[0]], addOns: [], problems: [] }),
          digests: async () => new Map([["my-dream", digest("a")]]),
          onChange: () => () => {},
        },
        engine: {
          state: { device: { provider: "cpu", name: "CPU", passedOver: [] } },
          onChange: () => () => {},
          run: async (each) => {
            ran.push(each.task);
            return result();
          },
        },
      }),
    );
    await team.start();
    const asked = task({ model: "dream", refiner: { model: "dream", start: 0.5 } });
    await queue.submit(
      [{ ...job(1), images: {}, task: asked, models: [{ id: "dream", digest: digest("a") }] }],
      new Map(),
    );
    const { events } = await listen(queue, 1);
    await until(() => events.at(-1)?.type === "done");
    expect(ran[0]!.request).toMatchObject({ model: "my-dream", refiner: { model: "my-dream" } });
    expect(events.at(-1)).toMatchObject({ task: { request: { model: "dream" } } });
  });
});
