import { request } from "node:http";
import { connect, createServer } from "node:net";
import WebSocket from "ws";
import { type Gateway, MAX_CLIENTS, openGateway } from "../../companion/gateway/server.ts";
import { decodeFrame, encodeFrame } from "../../shared/codec.ts";
import { proofOf, randomSecret } from "../../shared/pairing.ts";
import type { Challenge, CompanionMessage } from "../../shared/protocol.ts";
import { MAX_FRAME_BYTES } from "../../shared/protocol.ts";
import { until } from "./test-client.ts";
import { CODE, openTestHost, type TestHost } from "./test-host.ts";

let host: TestHost;
let gateway: Gateway;
const sockets: WebSocket[] = [];
beforeEach(async () => {
  host = openTestHost(async (job) => {
    const png = job.images.get("image") ?? new Uint8Array(3);
    return { png, width: 1, height: 1, seconds: 0, tokens: 1 };
  });
  gateway = await openGateway(host, 0);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await gateway.close();
  await host.close();
});

const headersOf = (more: Record<string, string>) => ({ headers: { origin: "null", ...more } });

/** As a plugin's iframe connects; `headers` overrides. */
function dial(headers: Record<string, string> = {}, { address = "localhost", protocol = "underpaint.v1" } = {}) {
  const socket = new WebSocket(`ws://${address}:${gateway.port}/v1`, protocol, headersOf(headers));
  socket.binaryType = "nodebuffer";
  sockets.push(socket);
  const messages: CompanionMessage[] = [];
  const outcome = { status: 0, closed: 0, messages, attachments: new Map<string, Uint8Array>() };
  socket.on("message", (data) => {
    const { message, attachments } = decodeFrame(new Uint8Array(data as Buffer));
    messages.push(message as CompanionMessage);
    outcome.attachments = new Map(attachments);
  });
  socket.on("unexpected-response", (_, response) => {
    outcome.status = response.statusCode!;
    response.destroy();
  });
  socket.on("error", () => {});
  socket.on("close", (code) => {
    outcome.closed = code;
  });
  const send = (message: object, attachments?: Map<string, Uint8Array>) =>
    socket.send(encodeFrame(message, attachments));
  const challenged = () => until(() => messages.length > 0);
  const pair = async () => {
    await challenged();
    send({ type: "hello", protocol: 1, build: "test", nonce: randomSecret(), code: CODE });
    await until(() => messages.some((message) => message.type === "welcome"));
  };
  return { socket, outcome, messages, send, challenged, pair };
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
  expect(JSON.parse(body)).toEqual({ app: "underpaint", version: "0.0.0", protocol: 1 });
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
    const { pair, send, outcome, messages } = dial({}, { address });
    await pair();
    const image = Uint8Array.from({ length: 500_000 }, (_, i) => i % 253);
    const job = "ab".repeat(16);
    send(
      { type: "submit", job, request: { model: "m", prompt: "p", seed: 1, image: "image" } },
      new Map([["image", image]]),
    );
    await until(() => messages.some((message) => message.type === "done"));
    expect(Buffer.compare(outcome.attachments.get("image")!, image)).toBe(0);
  },
);

test.each([
  ["a rebound host", { host: "evil.example:47821" }, 403],
  ["a web page's origin", { origin: "https://evil.example" }, 403],
  ["Figma's own origin", { origin: "https://www.figma.com" }, 403],
])("the WebSocket refuses %s", async (_, headers: Record<string, string>, status) => {
  const { outcome } = dial(headers);
  await until(() => outcome.status !== 0);
  expect(outcome.status).toBe(status);
});

test("the WebSocket refuses another subprotocol and a client without an origin", async () => {
  const other = dial({}, { protocol: "other" });
  await until(() => other.outcome.status !== 0);
  expect(other.outcome.status).toBe(400);
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

test("an oversized frame closes its sender and nobody else", async () => {
  const [large, other] = [dial(), dial()];
  await Promise.all([large.pair(), other.pair()]);
  large.socket.send(new Uint8Array(MAX_FRAME_BYTES + 1));
  await until(() => large.outcome.closed !== 0);
  expect(large.outcome.closed).toBe(1009);
  other.send({ type: "list-models" });
  await until(() => other.messages.at(-1)?.type === "models");
});

test("text frames and garbage are told off, and the companion lives on", async () => {
  const client = dial();
  await client.pair();
  client.socket.send("hello");
  client.socket.send(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]));
  await until(() => client.messages.filter((message) => message.type === "rejected").length === 2);
  for (let i = 0; i < 5; i++) client.socket.send("nonsense");
  await until(() => client.outcome.closed !== 0);
  await dial().pair();
});

test("bytes that are not WebSocket cut off their sender and nobody else", async () => {
  const client = dial();
  await client.pair();
  // A frame with reserved bits set.
  (client.socket as unknown as { _socket: { write(bytes: Uint8Array): void } })._socket.write(
    new Uint8Array(64).fill(0xff),
  );
  await until(() => client.outcome.closed !== 0);
  await dial().pair();
});

test("strangers beyond the limit make room for newcomers; proven clients never do", async () => {
  const plugin = dial();
  await plugin.pair();
  const strangers: ReturnType<typeof dial>[] = [];
  for (let i = 0; i < MAX_CLIENTS; i++) {
    const stranger = dial();
    await stranger.challenged();
    strangers.push(stranger);
  }
  await until(() => strangers[0]!.outcome.closed !== 0);
  expect(strangers.slice(1).every((stranger) => stranger.outcome.closed === 0)).toBe(true);
  expect(plugin.outcome.closed).toBe(0);
  for (const stranger of strangers.slice(1)) {
    stranger.send({ type: "hello", protocol: 1, build: "t", nonce: randomSecret(), code: CODE });
    await until(() => stranger.messages.some((message) => message.type === "welcome"));
  }
  const late = dial();
  await until(() => late.outcome.closed !== 0);
  expect(late.outcome.closed).toBe(1013);
});

test("a wrong token gets no welcome over the real wire", async () => {
  const client = dial();
  await client.challenged();
  const { nonce } = client.messages[0] as Challenge;
  const proof = proofOf("client", { token: randomSecret(), nonce });
  client.send({ type: "hello", protocol: 1, build: "t", nonce: randomSecret(), pairing: "0".repeat(32), proof });
  await until(() => client.outcome.closed !== 0);
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
  await client.pair();
  await gateway.close();
  await until(() => client.outcome.closed !== 0);
});
