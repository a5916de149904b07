/** Plugins of other machines: TLS to the gateway, through a relay on their own machine. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { openRelay, type Relay } from "../../companion/cli/relay.ts";
import { tlsListener } from "../../companion/cli/tls-listener.ts";
import { type Gateway, openGateway } from "../../companion/gateway/server.ts";
import { openTestHost, type TestHost } from "./test-host.ts";
import { WsClient } from "./ws-client.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const describeTls = hasOpenssl ? describe : describe.skip;

describeTls(`over TLS${hasOpenssl ? "" : " (no openssl here)"}`, () => {
  let folder: string;
  let host: TestHost;
  let gateway: Gateway;
  let relay: Relay | undefined;
  let cert: string;
  const token = "a-token-of-the-test";
  const pages = {
    token,
    made: { "/status": async () => ({ type: "text/html", body: "<p>fine</p>" }) },
  };

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "underpaint-tls-"));
    const made = spawnSync("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
      ...["-keyout", path.join(folder, "key.pem"), "-out", path.join(folder, "cert.pem")],
    ]);
    expect(made.status).toBe(0);
    cert = readFileSync(path.join(folder, "cert.pem"), "utf8");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    host = openTestHost(async () => {
      throw new Error("No job is sent");
    });
    const tls = tlsListener({
      listen: "127.0.0.1:0",
      "tls-cert": path.join(folder, "cert.pem"),
      "tls-key": path.join(folder, "key.pem"),
    });
    gateway = await openGateway({ ...host, pages }, 0, { tls });
  });
  afterEach(async () => {
    await relay?.close();
    relay = undefined;
    await gateway.close();
    await host.close();
  });

  const at = () => ({ host: "localhost", port: gateway.tlsPort!, localPort: 0 });
  /** The HTTP status, asked over TLS from another machine. */
  const ask = (url: string, headers: Record<string, string> = {}) =>
    new Promise<number>((resolve, reject) => {
      request({ host: "localhost", port: gateway.tlsPort, path: url, ca: cert, headers }, (response) => {
        response.resume();
        resolve(response.statusCode!);
      })
        .on("error", reject)
        .end();
    });

  test("a plugin pairs and proves itself through the relay", async () => {
    relay = await openRelay({ ...at(), ca: cert });
    const client = new WsClient(relay.port);
    const secret = await client.pair("123456");
    await client.next("welcome");
    client.socket.terminate();
    const again = new WsClient(relay.port);
    await again.prove(secret);
    again.socket.terminate();
  });

  test("a gateway that cannot be trusted is refused before anything is sent; one that is not there is named", async () => {
    await expect(openRelay(at())).rejects.toMatchObject({
      code: "gateway-unreachable",
      message: expect.stringContaining("--ca FILE"),
    });
    await expect(openRelay({ ...at(), host: "127.0.0.1", ca: cert })).rejects.toMatchObject({
      code: "gateway-unreachable",
    });
    await expect(openRelay({ ...at(), port: 1, ca: cert })).rejects.toMatchObject({
      message: expect.stringContaining("No studio's gateway answers at localhost:1"),
    });
  });

  test("pages over TLS are for whoever has the token, and never for a web page", async () => {
    expect(await ask("/status")).toBe(401);
    expect(await ask("/status", { authorization: "Bearer wrong" })).toBe(401);
    expect(await ask("/status", { authorization: `Bearer ${token}` })).toBe(200);
    expect(await ask("/status", { authorization: `Bearer ${token}`, origin: "null" })).toBe(403);
    expect(await ask("/nothing", { authorization: `Bearer ${token}` })).toBe(404);
  });

  test("pages on the machine itself are for its programs, under its own name", async () => {
    const url = `http://localhost:${gateway.port}/status`;
    const shown = await fetch(url);
    expect([shown.status, await shown.text()]).toEqual([200, "<p>fine</p>"]);
    expect(shown.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    const foreign: Record<string, string>[] = [
      { origin: "null" },
      { origin: "https://example.com" },
      { "sec-fetch-site": "cross-site" },
    ];
    for (const headers of foreign) expect((await fetch(url, { headers })).status).toBe(403);
    expect((await fetch(url, { method: "POST" })).status).toBe(405);
  });

  test("other machines come in with certificate and key, or not at all", () => {
    expect(tlsListener({})).toBeUndefined();
    expect(() => tlsListener({ listen: "0.0.0.0" })).toThrow(expect.objectContaining({ code: "request-invalid" }));
    expect(() => tlsListener({ "tls-cert": "nowhere.pem", "tls-key": "nowhere.pem" })).toThrow(/Cannot read/);
  });
});
