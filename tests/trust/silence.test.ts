/**
 * The gateway's thread is never silent: whatever is sent, stored, listed or sent back, others are heard in between. Measured by
 * silence.mjs in the running companion. `UNDERPAINT_SILENCE=all`: as large and as often as is allowed.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { Ledger } from "../../companion/queue/ledger.ts";
import { randomSecret } from "../../shared/pairing.ts";
import { MAX_FRAME_BYTES } from "../../shared/protocol.ts";
import { writeSample } from "../checkpoint/sample.ts";
import { until } from "../gateway/test-client.ts";
import { WsClient } from "../gateway/ws-client.ts";
import { job as newJob } from "../queue/queue-helpers.ts";
import { submitMessage } from "../submit-message.ts";
import { type AttackedCompanion, attackedCompanion, CODE } from "./attacked-companion.ts";
import { HOSTILE_FILES } from "./hostile-files.ts";
import type { Silence } from "./silence-row.ts";
import { tell } from "./tell.ts";

const ALL = process.env.UNDERPAINT_SILENCE === "all";
/** Milliseconds. 100 are promised; test machines are slow and full. */
const ALLOWED_MS = ALL ? 100 : 1000;
const [CLIENTS, FRAMES] = ALL ? [4, 3] : [2, 1];
/** A little is left for the header. */
const FRAME_BYTES = ALL ? MAX_FRAME_BYTES - 2 ** 16 : MAX_FRAME_BYTES / 4;
const ROWS = ALL ? 5000 : 500;
const LISTED = ALL ? 5000 : 100;
const MODELS = ALL ? 50 : 3;
/** Without all, tests/library/library-in-thread plays them. */
const HOSTILE = ALL ? Object.entries(HOSTILE_FILES) : [];
/** Milliseconds for each of them to be read: many times what it takes on a busy machine, and a hundredth of what a look over all costs. */
const READ_MS = { listed: 30, model: 2000 };

const STARTER = path.join(__dirname, "../../starter/weights");
const LAYER = "lora_unet_time_embedding_linear_1";
const LORA = {
  [`${LAYER}.lora_down.weight`]: { shape: [1, 320] },
  [`${LAYER}.lora_up.weight`]: { shape: [1280, 1] },
};
const home = mkdtempSync(path.join(tmpdir(), "underpaint-silence-"));
let companion: AttackedCompanion;
const clients: WsClient[] = [];
let jobs = 0;
const nextJob = () => (++jobs).toString(16).padStart(32, "0");
const BASE = { model: "starter", prompt: "", seed: 1, width: 64, height: 64, steps: 1 };

beforeAll(async () => {
  // What earlier days have left.
  const ledger = new Ledger(path.join(home, "queue"));
  const left = Array.from({ length: ROWS }, (_, n) => ({
    ...newJob(0x1000000 + n, { images: {}, models: [{ id: "gone" }], owner: "gone" }),
    digest: "",
  }));
  ledger.add(left, new Map());
  ledger.close();
  companion = await attackedCompanion(home);
  for (let n = 0; n < CLIENTS; n++) {
    const client = new WsClient(companion.port);
    clients.push(client);
    await client.pair(CODE);
  }
});
afterAll(async () => {
  for (const { socket } of clients) socket.terminate();
  await companion.stop();
  rmSync(home, { recursive: true, force: true });
});

async function measure(what: string, work: () => Promise<unknown>): Promise<void> {
  await companion.silence();
  await work();
  const ms = await companion.silence();
  tell({ what, ms } satisfies Silence);
  expect(ms).toBeLessThanOrEqual(ALLOWED_MS);
}

const ended = (client: WsClient, job: string) =>
  until(() =>
    client.messages.some((each) => "job" in each && each.job === job && /done|failed|rejected/.test(each.type)),
  );

/** Sends an image with a job of its own. */
async function submit(client: WsClient, image: Uint8Array, request: object = {}): Promise<void> {
  const job = nextJob();
  const images = new Map([["image", image]]);
  client.send(submitMessage([job], { ...BASE, ...request, image: "image" }, images), images);
  await ended(client, job);
  client.send({ type: "acknowledge", job });
  client.received.length = 0;
}

test(
  "not by the largest frames, many in a row, of several clients at a time",
  () =>
    measure(`${CLIENTS * FRAMES} frames of ${Math.round(FRAME_BYTES / 2 ** 20)} MiB of ${CLIENTS} clients`, () =>
      Promise.all(
        clients.map(async (client) => {
          for (let n = 0; n < FRAMES; n++) await submit(client, new Uint8Array(randomBytes(FRAME_BYTES)));
        }),
      ),
    ),
  300_000,
);

test(
  "not by pictures that are kept and shown, as large as a frame",
  () =>
    measure(`${FRAMES} pictures of ${Math.round(FRAME_BYTES / 2 ** 20)} MiB into the history and back`, async () => {
      const [client] = clients;
      const file = "ab".repeat(16);
      for (let n = 0; n < FRAMES; n++) {
        const job = nextJob();
        const picture = { job, at: n, starred: false, about: "{}" };
        const image = new Uint8Array(randomBytes(FRAME_BYTES));
        client!.send(
          { type: "keep", file, picture },
          new Map([
            ["image", image],
            ["small", new Uint8Array(10)],
          ]),
        );
        await client!.next("kept", job);
        client!.send({ type: "kept-picture", file, job, size: "whole" });
        await client!.next("kept-picture", job);
        client!.received.length = 0;
      }
    }),
  300_000,
);

/** A picture that takes some work to unpack and to pack. */
const pictureOf = async (width: number, height: number) =>
  new Uint8Array(
    await sharp(randomBytes(64 * 40 * 3), { raw: { width: 64, height: 40, channels: 3 } })
      .resize(width, height, { fit: "fill" })
      .png()
      .toBuffer(),
  );

test("not by the largest pictures that come and go", async () => {
  const [width, height, side] = ALL ? [8000, 5000, 4096] : [2000, 1250, 1024];
  const [large, small] = [await pictureOf(width, height), await pictureOf(side / 2, side / 2)];
  const megapixels = (side * side) / 1e6;
  await measure(
    `a picture of ${(width * height) / 1e6} megapixels that comes, and one of ${megapixels.toFixed(1)} that goes`,
    async () => {
      const [client] = clients;
      await submit(client!, large);
      const job = nextJob();
      const images = new Map([["image", small]]);
      const { jobs: each, images: named } = submitMessage([job], {}, images);
      const request = { image: "image", factor: 2 };
      client!.send({ type: "submit", task: { kind: "enlarge", request }, jobs: each, images: named }, images);
      await ended(client!, job);
      expect(client!.ofType("done").map((done) => done.job)).toEqual([job]);
      client!.received.length = 0;
    },
  );
});

/** A folder with the starter's files, without a copy of them. */
function anotherStarter(folder: string): void {
  for (const entry of readdirSync(STARTER, { withFileTypes: true, recursive: true })) {
    const place = path.join(folder, path.relative(STARTER, path.join(entry.parentPath, entry.name)));
    if (entry.isDirectory()) mkdirSync(place, { recursive: true });
    else {
      mkdirSync(path.dirname(place), { recursive: true });
      symlinkSync(path.join(entry.parentPath, entry.name), place);
    }
  }
}

test(
  "not by hostile and by many files in the models folder, and all of them are listed in time",
  () =>
    measure(`${LISTED} LoRAs, ${MODELS} models and ${HOSTILE.length} hostile files in the models folder`, async () => {
      const [client] = clients;
      const models = path.join(home, "models");
      for (const [name, make] of HOSTILE) {
        mkdirSync(path.dirname(path.join(models, name)), { recursive: true });
        writeFileSync(path.join(models, name), make());
      }
      for (let n = 0; n < LISTED; n++) writeSample(path.join(models, `lora-${n}.safetensors`), LORA);
      for (let n = 0; n < MODELS; n++) anotherStarter(path.join(models, `model-${n}`));
      const started = performance.now();
      const listed = () => client!.ofType("models").at(-1) ?? { models: [], addOns: [] };
      const isWhole = () => listed().addOns.length === LISTED && listed().models.length === MODELS + 1;
      while (!isWhole()) {
        client!.received.length = 0;
        client!.send({ type: "list-models" });
        await client!.next("models");
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
      expect(performance.now() - started).toBeLessThan(60_000 + LISTED * READ_MS.listed + MODELS * READ_MS.model);
    }),
  600_000,
);

test(
  "not by plugins that come and go while thousands of jobs that nobody wants any more are worked off",
  () =>
    measure(`${ROWS} jobs of a pairing that is no more`, async () => {
      for (let n = 0; n < 20; n++) {
        const client = new WsClient(companion.port);
        await client.pair(CODE, [randomSecret().slice(0, 32)]);
        client.socket.terminate();
      }
    }),
  120_000,
);
