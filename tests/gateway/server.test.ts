import { request } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { type Gateway, MAX_CLIENTS, openGateway } from "../../companion/gateway/server.ts";
import { MOST_STRANGERS } from "../../companion/gateway/strangers.ts";
import { randomSecret } from "../../shared/pairing.ts";
import { MAX_FRAME_BYTES, PIECE_BYTES, PROTOCOL_VERSION } from "../../shared/protocol.ts";
import { submitMessage } from "../submit-message.ts";
import { until } from "./test-client.ts";
import { CODE, openTestHost, type TestHost } from "./test-host.ts";
import { type DialOptions, WsClient } from "./ws-client.ts";

let host: TestHost;
let gateway: Gateway;
const clients: WsClient[] = [];
beforeEach(async () => {
  host = openTestHost(async (job) => {
    const png = job.images.get("image") ?? new Uint8Array(3);
    return {
      attachments: [{ name: "image", mediaType: "image/png", width: 1, height: 1, bytes: png }],
      seconds: 0,
      facts: {},
    };
  });
  gateway = await openGateway(host, 0);
});
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  await gateway.close();
  await host.close();
});

function dial(options?: DialOptions): WsClient {
  const client = new WsClient(gateway.port, options);
  clients.push(client);
  return client;
}

function get(path: string, { headers = {}, address = "127.0.0.1", method = "GET" } = {}) {
  return new Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
    const asked = request({ host: address, port: gateway.port, path, method, headers }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode!, body, headers: response.headers }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

test.each(["127.0.0.1", "::1"])("GET /health on %s says who we are and nothing more", async (address) => {
  const { status, body, headers } = await get("/health", { address });
  expect(status).toBe(200);
  expect(JSON.parse(body)).toEqual({ app: "underpaint", version: "0.0.0", protocol: PROTOCOL_VERSION, codeDigits: 6 });
  expect(headers["access-control-allow-origin"]).toBe("*");
});

test("HTTP refuses other paths, methods, hosts and origins", async () => {
  expect((await get("/")).status).toBe(404);
  expect((await get("/health", { method: "POST" })).status).toBe(404);
  expect((await get("/health?x")).status).toBe(404);
  expect((await get("/health", { headers: { host: `evil.example:${gateway.port}` } })).status).toBe(403);
  expect((await get("/health", { headers: { origin: "https://evil.example" } })).status).toBe(403);
});

test.each(["127.0.0.1", "[::1]", "localhost"])(
  "a plugin connects to %s, pairs, and gets its picture",
  async (address) => {
    const client = dial({ address });
    await client.pair(CODE);
    const image = Uint8Array.from({ length: 500_000 }, (_, i) => i % 253);
    const job = "ab".repeat(16);
    const request = { model: "m", prompt: "p", seed: 1, image: "image" };
    const images = new Map([["image", image]]);
    client.send(submitMessage([job], request, images), images);
    const done = await client.next("done", job);
    expect(Buffer.compare(client.attachmentsOf(done).get("image")!, image)).toBe(0);
  },
);

test.each([
  ["a rebound host", { host: "evil.example:47821" }],
  ["a web page's origin", { origin: "https://evil.example" }],
  ["Figma's own origin", { origin: "https://www.figma.com" }],
])("the WebSocket refuses %s", async (_, headers: Record<string, string>) => {
  const client = dial({ headers });
  await until(() => client.status !== 0);
  expect(client.status).toBe(403);
});

test("the WebSocket refuses another subprotocol and a client without an origin", async () => {
  const other = dial({ subprotocol: "other" });
  await until(() => other.status !== 0);
  expect(other.status).toBe(400);
  const raw = connect(gateway.port, "127.0.0.1");
  let answer = "";
  raw.on("data", (chunk) => {
    answer += chunk;
  });
  raw.write(
    `GET /v1 HTTP/1.1\r\nHost: localhost:${gateway.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: underpaint.v1\r\n\r\n",
  );
  await until(() => answer !== "");
  expect(answer).toMatch(/^HTTP\/1.1 403/);
  raw.destroy();
});

test("an oversized piece closes its sender and nobody else", async () => {
  const [large, other] = [dial(), dial()];
  await Promise.all([large.pair(CODE), other.pair(CODE)]);
  large.socket.send(new Uint8Array(PIECE_BYTES + 1));
  await until(() => large.closed !== 0);
  expect(large.closed).toBe(1009);
  other.send({ type: "list-models" });
  await other.next("models");
});

test("text frames and garbage are told off, and the companion lives on", async () => {
  const client = dial();
  await client.pair(CODE);
  client.socket.send("hello");
  client.socket.send(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]));
  await until(() => client.ofType("rejected").length === 2);
  for (let i = 0; i < 5; i++) client.socket.send("nonsense");
  await until(() => client.closed !== 0);
  await dial().pair(CODE);
});

test("bytes that are not WebSocket cut off their sender and nobody else", async () => {
  const client = dial();
  await client.pair(CODE);
  const { _socket: wire } = client.socket as unknown as { _socket: Socket };
  wire.write(new Uint8Array(64).fill(0xff)); // reserved bits set
  await until(() => client.closed !== 0);
  await dial().pair(CODE);
});

test("more clients than there is room for are refused when they have proven themselves, and before", async () => {
  const proven: WsClient[] = [];
  const pair = async (client: WsClient) => {
    await client.pair(CODE);
    proven.push(client);
  };
  // One by one: each has some seconds to prove itself, however slow the machine is.
  while (proven.length < MAX_CLIENTS - 1) await pair(dial());
  const [last, late] = [dial(), dial()];
  for (const stranger of [last, late]) await stranger.next("challenge");
  await pair(last);
  await expect(late.pair(CODE)).rejects.toThrow(/Closed/);
  expect(late.ofType("refused")[0]!.problem.code).toBe("queue-full");
  const later = dial();
  await until(() => later.closed !== 0);
  expect(later.closed).toBe(1013);
  expect(proven.every(({ closed }) => closed === 0)).toBe(true);
});

test("crowds of strangers neither put out a proven client nor keep the owner from pairing", async () => {
  const plugin = dial();
  await plugin.pair(CODE);
  const crowd = Array.from({ length: MOST_STRANGERS + 50 }, () => connect(gateway.port, "127.0.0.1"));
  for (const stranger of crowd) stranger.on("error", () => {});
  const owner = dial();
  await owner.pair(CODE);
  await until(() => crowd.filter(({ destroyed }) => destroyed).length >= 50);
  expect([plugin.closed, owner.closed]).toEqual([0, 0]);
  for (const stranger of crowd) stranger.destroy();
});

test("a stranger is cut off after some thousand bytes, whatever it says that they are", async () => {
  const much = new Uint8Array(MAX_FRAME_BYTES / 2);
  const before = process.memoryUsage().arrayBuffers;
  const strangers = Array.from({ length: 8 }, () => dial());
  for (const stranger of strangers) {
    await stranger.next("challenge");
    stranger.socket.send(much);
  }
  await until(() => strangers.every(({ closed }) => closed !== 0));
  // What these clients themselves hold, masked, is in the same process.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * much.length + 32 * 2 ** 20);
  await dial().pair(CODE);
});

test("a request that trickles in is cut off", async () => {
  const slow = connect(gateway.port, "127.0.0.1");
  let closed = false;
  slow.on("close", () => {
    closed = true;
  });
  slow.on("error", () => {});
  const drip = setInterval(() => slow.write("x"), 100);
  slow.write("GET /health HTTP/1.1\r\nHost: ");
  await until(() => closed);
  clearInterval(drip);
});

test("a wrong token gets no welcome over the real wire", async () => {
  const client = dial();
  await expect(client.prove({ pairing: "0".repeat(32), token: randomSecret() })).rejects.toThrow(/Closed/);
  expect(client.messages.map((message) => message.type)).toEqual(["challenge", "refused"]);
});

test("a port that is taken, on either address, is a problem and leaves nothing open", async () => {
  await expect(openGateway(host, gateway.port)).rejects.toMatchObject({ code: "port-taken" });
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen({ host: "::1", port: 0 }, resolve));
  const { port } = squatter.address() as { port: number };
  await expect(openGateway(host, port)).rejects.toMatchObject({ code: "port-taken" });
  await new Promise((resolve) => squatter.close(resolve));
  await (await openGateway(host, port)).close();
});

test("close() ends with clients connected", async () => {
  const client = dial();
  await client.pair(CODE);
  await gateway.close();
  await until(() => client.closed !== 0);
});

test("a client that answers no pings is cut off; one that does stays", async () => {
  const quick = await openGateway(host, 0, { pingMs: 300 });
  const [live, dead] = [new WsClient(quick.port), new WsClient(quick.port, { autoPong: false })];
  clients.push(live, dead);
  await Promise.all([live.pair(CODE), dead.pair(CODE)]);
  await until(() => dead.closed !== 0);
  expect(live.closed).toBe(0);
  await quick.close();
});

test("a revoked pairing loses its connection without saying a word", async () => {
  const quick = await openGateway(host, 0, { pingMs: 300 });
  const client = new WsClient(quick.port);
  clients.push(client);
  const { pairing } = await client.pair(CODE);
  host.pairings.revoke(pairing);
  await until(() => client.closed !== 0);
  expect(client.ofType("refused")[0]!.problem.code).toBe("unauthorised");
  await quick.close();
});
