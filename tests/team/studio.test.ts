/** A studio with real processes and the starter model; only the plugin is played by the test. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { until } from "../gateway/test-client.ts";
import { WsClient } from "../gateway/ws-client.ts";
import { submitMessage } from "../submit-message.ts";
import { CODE, Studio } from "./processes.ts";
import { describeWithRedis, PASSWORD, type RedisServer, startRedis } from "./redis-server.ts";

describeWithRedis("a studio", () => {
  let server: RedisServer;
  let studio: Studio;
  beforeEach(async () => {
    server = await startRedis();
    studio = new Studio(server.url);
  });
  afterEach(async () => {
    await studio.close();
    await server.remove();
  });

  let jobs = 0;
  const submit = (client: WsClient, more: object = {}) => {
    const job = (++jobs).toString(16).padStart(32, "0");
    const request = { model: "starter", prompt: "a cat", seed: 5, width: 128, height: 128, steps: 3, ...more };
    client.send(submitMessage([job], request));
    return job;
  };
  const listed = async (client: WsClient, model: string) => {
    for (;;) {
      const before = client.messages.length;
      client.send({ type: "list-models" });
      await until(() => client.messages.slice(before).some(({ type }) => type === "models"));
      const lists = client.ofType("models");
      if (lists.at(-1)!.models.some(({ id }) => id === model)) return;
    }
  };

  test("a picture comes from a worker; without one it waits; what nobody has is refused by name; a gateway that dies loses nothing", async () => {
    const gateway = await studio.gateway();
    const client = new WsClient(gateway.port);
    const token = await client.pair(CODE);
    const engine = await client.next("engine");
    expect(engine.problem).toMatchObject({ code: "no-worker" });
    const refused = submit(client);
    expect((await client.next("rejected", refused)).problem).toMatchObject({
      code: "model-not-found",
      message: expect.stringContaining("“starter”"),
    });
    const worker = await studio.worker("box");
    await listed(client, "starter");
    const first = submit(client);
    const done = await client.next("done", first);
    const picture = client.attachmentsOf(done).get("image")!;
    expect(done.task.request).toMatchObject({ model: "starter", prompt: "a cat" });
    // Of three short steps any may be passed over, but not all that is said.
    expect(client.ofType("progress").length).toBeGreaterThan(0);
    client.send({ type: "acknowledge", job: first });
    const page = (name: string) =>
      fetch(`http://localhost:${gateway.port}/${name}`).then((response) => response.text());
    const [status, metrics] = [await page("status"), await page("metrics")];
    expect(status).toMatch(/<td>box<\/td><td>CPU .*<td>Starter/s);
    expect(metrics).toMatch(/^underpaint_queue_up 1$/m);
    expect(metrics).toMatch(/^underpaint_workers 1$/m);
    expect(metrics).not.toContain("a cat");

    // The gateway dies in the middle; another one has what was made meanwhile.
    const second = submit(client, { steps: 4 });
    await client.next("queued", second);
    await studio.kill(gateway);
    const again = new WsClient((await studio.gateway()).port);
    const welcome = await again.prove(token);
    expect(welcome.jobs).toEqual([second]);
    again.send({ type: "attach", job: second });
    await again.next("done", second);
    const same = submit(again);
    const bytes = again.attachmentsOf(await again.next("done", same)).get("image")!;
    const hash = (image: Uint8Array) => createHash("sha256").update(image).digest("hex");
    expect(hash(bytes)).toBe(hash(picture));

    // A gateway that enforces the content filter has it enforced by workers that do not: the starter comes with none.
    const strict = new WsClient((await studio.gateway("--enforce-content-filter")).port);
    expect(await strict.prove(token)).toMatchObject({ contentFilter: "enforced" });
    await listed(strict, "starter");
    const filtered = submit(strict);
    expect((await strict.next("failed", filtered)).problem.message).toMatch(/"starter" comes with no content filter/);

    expect([gateway.output(), worker.output()].join()).not.toContain(PASSWORD);
    const log = readFileSync(path.join(studio.home, "box/logs/worker.log"), "utf8");
    expect(log).toMatch(/begins: .*\n.*generate begins: 128 × 128, 3 steps\n.*generate is done: 128 × 128 in /s);
    expect(log).toMatch(/generate failed: model-unsupported/);
    for (const secret of ["a cat", "starter", PASSWORD]) expect(log).not.toContain(secret);
    await studio.kill(worker, "SIGINT");
    expect(worker.process.exitCode).toBe(0);
    expect(readFileSync(path.join(studio.home, "box/logs/worker.log"), "utf8")).toMatch(/ ends\n$/);
  });
});
