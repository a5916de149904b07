/** The queue by `rediss://`, against a real server that speaks nothing but TLS. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { RedisQueue } from "../../companion/queue/bullmq/redis-queue.ts";
import { RedisWorkSource } from "../../companion/queue/bullmq/redis-work-source.ts";
import type { JobEvent } from "../../shared/job.ts";
import { until } from "../gateway/test-client.ts";
import { given, IMAGE, job as jobOf, result } from "../queue/queue-helpers.ts";
import { hasRedisTls, makeCertificate, PASSWORD, type RedisServer, startRedis } from "./redis-server.ts";

const whereTls = hasRedisTls ? describe : describe.skip;

whereTls(`rediss://${hasRedisTls ? "" : " (no server with TLS, or no openssl, here)"}`, () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis([], { tls: true });
  });
  afterAll(() => server.remove());

  test("a job goes to a worker and its picture back, both trusting the studio's own authority", async () => {
    const { url, ca } = server;
    const queue = new RedisQueue({ url, ca: ca! });
    const source = new RedisWorkSource({ url, ca: ca!, offer: { has: ["m"], open: [], card: "{}" } });
    const stop = new AbortController();
    try {
      const job = jobOf(1);
      await queue.submit([job], given(IMAGE));
      const events: JobEvent[] = [];
      await queue.subscribe(job.id, job.owner, (event) => events.push(event));
      const claim = (await source.claim("worker", stop.signal))!;
      expect(claim.task).toEqual(job.task);
      await claim.finish({ state: "done", result: result() });
      await until(() => events.some(({ type }) => type === "done"));
    } finally {
      stop.abort();
      await source.close();
      await queue.close();
    }
  });

  test("without that authority, and with another one, nothing is said to the server, and the terminal says why", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "underpaint-other-authority-"));
    const other = makeCertificate(folder, "another.example");
    rmSync(folder, { recursive: true });
    for (const ca of [undefined, other]) {
      const lines: string[] = [];
      const queue = new RedisQueue({ url: server.url, ...(ca && { ca }), log: (line) => lines.push(line) });
      await expect(queue.submit([jobOf(2)], given(IMAGE))).rejects.toMatchObject({ code: "queue-unreachable" });
      await queue.close();
      const said = lines.filter((line) => line.includes("--redis-ca"));
      expect(said).toEqual([
        expect.stringMatching(/^The certificate of the studio's queue is not trusted \([A-Z_]+\)/),
      ]);
      expect(lines.join()).not.toContain(PASSWORD);
    }
  });
});
