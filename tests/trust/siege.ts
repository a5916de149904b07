/** A companion under attack, for the tests of one file: its owner stays connected, and is asked after each attack. */
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { until } from "../gateway/test-client.ts";
import { WsClient } from "../gateway/ws-client.ts";
import { tellAttack } from "./attack.ts";
import { type AttackedCompanion, attackedCompanion, CODE } from "./attacked-companion.ts";

/** Of the companion's thread, milliseconds; what other programs took is not counted (silence.mjs). 100 are promised; test machines are slow and full. */
const SILENCE_MS = 300;
export const id = (n: number) => n.toString(16).padStart(32, "0");
export const home = mkdtempSync(path.join(tmpdir(), "underpaint-trust-"));
export let companion: AttackedCompanion;
export let owner: WsClient;
const clients: WsClient[] = [];
const sockets: Socket[] = [];

export function dial(options: ConstructorParameters<typeof WsClient>[1] = {}): WsClient {
  const client = new WsClient(companion.port, options);
  clients.push(client);
  return client;
}
export function raw(): Socket {
  const socket = connect(companion.port, "127.0.0.1").on("error", () => {});
  sockets.push(socket);
  return socket;
}
export const ask = (
  options: { port?: number; method?: string; path?: string; headers?: Record<string, string> },
  body = "",
) =>
  new Promise<number>((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: companion.port, ...options }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode!));
    });
    sent.on("error", reject).end(body);
  });

export const ends = (message: object, job: string) =>
  "job" in message && message.job === job && "type" in message && /done|failed|rejected/.test(String(message.type));

beforeAll(async () => {
  companion = await attackedCompanion(home);
  owner = dial();
  await owner.pair(CODE);
  await companion.silence();
});
afterEach(() => {
  for (const { socket } of clients.filter((client) => client !== owner)) socket.terminate();
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(async () => {
  owner.socket.terminate();
  await companion.stop();
  rmSync(home, { recursive: true, force: true });
});

/** Plays an attack; after it the owner is still connected and answered, and the silence is told. */
export async function play(
  promise: string,
  attack: () => Promise<{ attempts: number; gotIn: number; figure?: string }>,
) {
  await companion.silence();
  const { attempts, gotIn, figure } = await attack();
  const silence = await companion.silence();
  const test = expect.getState().currentTestName!;
  tellAttack({ promise, test, attempts, gotIn, figure: `${figure ? `${figure}, ` : ""}silence ${silence} ms` });
  expect(gotIn).toBe(0);
  expect(owner.closed).toBe(0);
  const before = owner.ofType("models").length;
  owner.send({ type: "list-models" });
  await until(() => owner.ofType("models").length > before);
  expect(silence).toBeLessThan(SILENCE_MS);
}
