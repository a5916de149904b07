/**
 * A studio's gateway is never silent: whatever its people send and its workers bring, the others are heard in between. Measured by
 * trust/silence.mjs in the running gateway. `UNDERPAINT_SILENCE=all`: as large and as many as is allowed.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openRelay, type Relay } from "../../companion/cli/relay.ts";
import { Pairings } from "../../companion/gateway/pairings.ts";
import { STUDIO_CLIENTS } from "../../companion/gateway/server.ts";
import type { WorkerCard } from "../../companion/team/card.ts";
import { type PairingSecret, randomSecret } from "../../shared/pairing.ts";
import type { ModelInfo } from "../../shared/protocol.ts";
import { MAX_FRAME_BYTES } from "../../shared/protocol.ts";
import { until } from "../gateway/test-client.ts";
import { WsClient } from "../gateway/ws-client.ts";
import { submitMessage } from "../submit-message.ts";
import { type AttackedCompanion, attackedCompanion } from "../trust/attacked-companion.ts";
import { tell } from "../trust/tell.ts";
import { describeWithRedis, makeCertificate, type RedisServer, startRedis } from "./redis-server.ts";
import { StandIns } from "./stand-ins.ts";

const ALL = process.env.UNDERPAINT_SILENCE === "all";
/** Milliseconds. 100 are promised; test machines are slow and full. */
const ALLOWED_MS = ALL ? 100 : 1000;
/** A little is left for the header. */
const FRAME_BYTES = ALL ? MAX_FRAME_BYTES - 2 ** 16 : MAX_FRAME_BYTES / 4;
const [CLIENTS, FRAMES] = ALL ? [4, 3] : [2, 1];
/** A crowd, and jobs in one message of each: at most 64 are let in. */
const [PEOPLE, JOBS] = ALL ? [STUDIO_CLIENTS - 2 * CLIENTS, 64] : [10, 20];

/** How long the crowd listens, milliseconds. */
const TOLD_MS = ALL ? 10_000 : 1000;

const DIGEST = "a".repeat(64);
const MODEL: ModelInfo = {
  ...{ id: "m", name: "m", family: { id: "sd1", name: "Stable Diffusion 1.x", like: false }, nativeSize: 512 },
  ...{ sizeMultiple: 8, maxTokens: 77, inpainting: false, references: false, edits: false, suggestions: [] },
  ...{ defaults: { steps: 20, guidanceScale: 7, scheduler: "euler" }, thumbnail: false },
};
const CARD: WorkerCard = {
  ...{ name: "box", version: "0", contentFilter: "off", addOns: [], done: 0, busy: false },
  models: [{ digest: DIGEST, info: MODEL }],
};

let jobs = 0;
const nextJobs = (count: number) => Array.from({ length: count }, () => (++jobs).toString(16).padStart(32, "0"));
const REQUEST = { model: "m", prompt: "a cat", seed: 1, width: 512, height: 512, steps: 1 };

describeWithRedis("a studio's gateway is not silent", () => {
  const home = mkdtempSync(path.join(tmpdir(), "underpaint-studio-silence-"));
  let server: RedisServer;
  let gateway: AttackedCompanion;
  let relay: Relay;
  let standIns = new StandIns();
  /** Half of them on the gateway's own machine, half through `underpaint connect`. */
  const clients: WsClient[] = [];

  /** Each is a person. */
  const people: PairingSecret[] = [];
  const enter = async (port: number) => {
    const client = new WsClient(port);
    await client.prove(people[clients.push(client) - 1]!);
    return client;
  };
  beforeAll(async () => {
    const pairings = new Pairings(path.join(home, "pairings.json"));
    for (let n = 0; n < 2 * CLIENTS + PEOPLE; n++) {
      people.push({ pairing: randomSecret().slice(0, 32), token: randomSecret() });
      pairings.add(people[n]!, "test", `person ${n}`);
    }
    const ca = makeCertificate(home);
    server = await startRedis();
    const tls = ["--listen", "127.0.0.1:0", "--tls-cert", path.join(home, "cert.pem")];
    gateway = await attackedCompanion(home, {
      args: [...tls, "--tls-key", path.join(home, "key.pem")],
      env: { UNDERPAINT_REDIS: server.url },
    });
    // The line with the studio's port may come after the one that says that it runs.
    const port = () => /port (\d+)/.exec(gateway.said())?.[1];
    await until(() => port() !== undefined);
    relay = await openRelay({
      host: "localhost",
      port: Number(port()),
      ca,
      localPort: 0,
    });
    for (let n = 0; n < CLIENTS; n++) for (const { port } of [gateway, relay]) await enter(port);
  });
  afterEach(async () => {
    await standIns.close();
    standIns = new StandIns();
  });
  afterAll(async () => {
    for (const { socket } of clients) socket.terminate();
    await standIns.close();
    await relay?.close();
    await gateway?.stop();
    await server?.remove();
    rmSync(home, { recursive: true, force: true });
  });

  async function measure(what: string, work: () => Promise<unknown>): Promise<void> {
    await gateway.silence();
    await work();
    const ms = await gateway.silence();
    tell({ what, ms });
    expect(ms).toBeLessThanOrEqual(ALLOWED_MS);
  }
  /** Resolves when its model is offered. */
  const work = async (more: { ms?: number; bytes?: number } = {}) => {
    standIns.start({ url: server.url, leaseMs: 15_000, has: [DIGEST], ms: 0, card: JSON.stringify(CARD), ...more });
    const [client] = clients;
    do client!.send({ type: "list-models" });
    while (!(await client!.next("models")).models.length && client!.received.splice(0));
  };
  const done = async (client: WsClient, job: string) => {
    await client.next("done", job);
    client.send({ type: "acknowledge", job });
    client.received.length = 0;
  };

  test("by the largest frames, many in a row, of several people at a time", async () => {
    await work();
    await measure(`${2 * CLIENTS * FRAMES} frames of ${Math.round(FRAME_BYTES / 2 ** 20)} MiB`, () =>
      Promise.all(
        clients.map(async (client) => {
          for (let n = 0; n < FRAMES; n++) {
            const [job] = nextJobs(1);
            const images = new Map([["image", new Uint8Array(randomBytes(FRAME_BYTES))]]);
            client.send(submitMessage([job!], { ...REQUEST, image: "image" }, images), images);
            await done(client, job!);
          }
        }),
      ),
    );
  });

  test("by the largest pictures that workers bring", async () => {
    await work({ bytes: FRAME_BYTES });
    await measure(`${2 * CLIENTS * FRAMES} pictures of ${Math.round(FRAME_BYTES / 2 ** 20)} MiB from a worker`, () =>
      Promise.all(
        clients.map(async (client) => {
          for (let n = 0; n < FRAMES; n++) {
            const [job] = nextJobs(1);
            client.send(submitMessage([job!], REQUEST));
            await done(client, job!);
          }
        }),
      ),
    );
  });

  test("by a crowd of people with many pictures each, and what they send that is none", async () => {
    await work({ ms: 20 });
    await measure(`${PEOPLE} people with ${JOBS} pictures each`, async () => {
      const crowd: WsClient[] = [];
      for (let n = 0; n < PEOPLE; n++) crowd.push(await enter(n % 2 === 0 ? gateway.port : relay.port));
      const submitted = crowd.map(async (client, n) => {
        const ids = nextJobs(JOBS);
        const seeds = ids.map((_, seed) => seed);
        client.send(submitMessage(ids, REQUEST, new Map(), seeds));
        if (n % 10 === 0) client.socket.send(randomBytes(2 ** 20 - 1));
        if (n % 10 === 1) client.send({ type: "submit", task: Array(10_000).fill({}) });
        // The first may have ended already.
        await client.next("queued", ids.at(-1));
      });
      await Promise.all(submitted);
      await fetch(`http://localhost:${gateway.port}/status`);
      // Jobs end, and each end moves the places of all others.
      await sleep(TOLD_MS);
    });
  });
});
