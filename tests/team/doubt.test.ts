/** What comes out of Redis is doubted, and a server that is away is said and survived. */
import { RedisQueue } from "../../companion/queue/bullmq/redis-queue.ts";
import { RedisWorkSource } from "../../companion/queue/bullmq/redis-work-source.ts";
import { until } from "../gateway/test-client.ts";
import { given, handWorker, IMAGE, id, job, listen, result } from "../queue/queue-helpers.ts";
import { describeWithRedis, type RedisServer, startRedis } from "./redis-server.ts";

describeWithRedis("doubt", () => {
  let server: RedisServer;
  let queue: RedisQueue;
  let source: RedisWorkSource;
  beforeEach(async () => {
    server = await startRedis();
    queue = new RedisQueue({ url: server.url });
    source = new RedisWorkSource({ url: server.url, offer: { has: ["m"], open: [], card: "{}" } });
  });
  afterEach(async () => {
    await source.close();
    await queue.close();
    await server.remove();
  });
  const at = (kind: string, name: string) => queue.store.key(kind, name);
  const { redis } = { redis: () => queue.store.redis };

  test.each([
    ["is not JSON", "{"],
    ["is of no known kind", JSON.stringify({ task: { kind: "run", command: "true" }, models: [] })],
    ["has a field that no job has", JSON.stringify({ ...job(1), task: job(1).task, models: [], more: 1 })],
  ])("a job that %s fails by name, and the next one runs", async (_, content) => {
    await queue.submit([job(1), job(2)], given(IMAGE));
    await redis().hset(at("job", id(1)), "content", content);
    const { events } = await listen(queue, 1);
    const { calls, worker } = handWorker(source);
    await until(() => calls.length === 1);
    expect(calls[0]!.id).toBe(id(2));
    await until(() => events.at(-1)?.type === "failed");
    expect(events.at(-1)).toMatchObject({ problem: { code: "data-damaged" } });
    await worker.close();
  });

  test("an image or a picture that is not what it is named after is not used", async () => {
    await queue.submit([job(1), job(2)], given(IMAGE));
    const { calls, worker } = handWorker(source);
    await until(() => calls.length === 1);
    calls[0]!.finish();
    await until(async () => (await queue.store.find(id(1)))?.state === "done");
    const [out] = JSON.parse((await redis().hget(at("job", id(1)), "outs"))!);
    await redis().set(at("blob", out[1]), "another picture");
    expect((await listen(queue, 1)).events).toMatchObject([{ type: "failed", problem: { code: "result-expired" } }]);
    await worker.close();
  });

  test("what is said on a job's channel that is no progress of that job is not told", async () => {
    await queue.submit([job(1)], given(IMAGE));
    const { events } = await listen(queue, 1);
    await redis().publish(at("progress", id(1)), "nonsense");
    await redis().publish("underpaint:ended", id(1));
    await redis().publish("underpaint:ended", "x".repeat(1000));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(events.filter(({ type }) => type !== "queued")).toEqual([]);
  });

  test("while the server is away everything is refused in a sentence, and goes on when it is back", async () => {
    await queue.submit([job(1)], given(IMAGE));
    const { events } = await listen(queue, 1);
    await server.stop("SIGKILL");
    await expect(queue.submit([job(2)], given(IMAGE))).rejects.toMatchObject({
      code: "queue-unreachable",
      message: expect.stringMatching(/^The studio's queue can't be reached: /),
    });
    await expect(queue.jobsOf("p")).rejects.toMatchObject({ code: "queue-unreachable" });
    await server.start();
    await until(() =>
      queue.submit([job(2)], given(IMAGE)).then(
        () => true,
        () => false,
      ),
    );
    const { calls, worker } = handWorker(source);
    await until(() => calls.length === 1);
    calls[0]!.finish(result());
    await until(() => events.at(-1)?.type === "done");
    expect(await queue.jobsOf("p")).toEqual([id(1), id(2)]);
    await worker.close();
  });

  test("a wrong password is said, and never shown", async () => {
    const stranger = new RedisQueue({ url: server.url.replace(/:[^:@/]+@/, ":wrong-password@") });
    const problem = await stranger.jobsOf("p").then(
      () => undefined,
      (error: Error) => error,
    );
    await stranger.close();
    expect(problem).toMatchObject({ code: "queue-unreachable" });
    expect(problem!.message).not.toContain("wrong-password");
  });
});
