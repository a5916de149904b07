/** The companion speaks to this machine alone, through a whole picture; what its libraries would do by themselves counts. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { WsClient } from "../gateway/ws-client.ts";
import { submitMessage } from "../submit-message.ts";
import { attackedCompanion, CODE } from "./attacked-companion.ts";
import { tell } from "./tell.ts";

/** For how long the companion is watched after its picture: ONNX Runtime's telemetry spoke after half a minute. */
const IDLE_SECONDS = Number(process.env.UNDERPAINT_IDLE_SECONDS ?? 0);
const canTrace = process.platform === "linux" && spawnSync("strace", ["-V"]).status === 0;
const inTrace = canTrace ? test : test.skip;
const folder = mkdtempSync(path.join(tmpdir(), "underpaint-connections-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Watch = Pick<NonNullable<Parameters<typeof attackedCompanion>[1]>, "env" | "under" | "preloads">;

/** Pairs, lists models, fills with a reference, waits; resolves to the home that the companion took for the person's own. */
async function paintWatched(name: string, watch: Watch, idleSeconds = 0): Promise<string> {
  const home = path.join(folder, name);
  const env = { HOME: home, USERPROFILE: home, XDG_CACHE_HOME: "", ORT_DISABLE_TELEMETRY: "", ...watch.env };
  const companion = await attackedCompanion(path.join(folder, `${name}-data`), { ...watch, env });
  try {
    const client = new WsClient(companion.port);
    await client.pair(CODE);
    client.send({ type: "list-models" });
    await client.next("models");
    const gray = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#888" } })
      .png()
      .toBuffer();
    const images = new Map(["image", "mask", "reference"].map((each) => [each, new Uint8Array(gray)]));
    const job = "1".repeat(32);
    const request = {
      ...{ model: "starter", prompt: "a red apple", seed: 1, width: 64, height: 64, steps: 3 },
      ...{ image: "image", mask: "mask", strength: 0.8, references: [{ image: "reference" }] },
    };
    client.send(submitMessage([job], request, images), images);
    await client.next("done", job);
    await new Promise((resolve) => setTimeout(resolve, 1000 * idleSeconds));
    client.socket.terminate();
  } finally {
    await companion.stop();
  }
  return home;
}

const isLoopback = (line: string) => /\b127(?:\.\d+){3}\b|::1\b|\blocalhost\b/.test(line);

test("connections of every kind are seen", () => {
  const file = path.join(folder, "seen");
  const script = `
    require("net").connect(9, "127.0.0.1").on("error", () => {});
    require("net").connect({ port: 9, host: "localhost" }).on("error", () => {});
    require("dns").lookup("localhost", () => {});
    require("dns").promises.lookup("localhost");
    require("dgram").createSocket("udp4").send("x", 9, "127.0.0.1", );
    fetch("http://127.0.0.1:47801").catch(() => {}).then(() => process.exit());`;
  const preload = `--import=${pathToFileURL(path.join(__dirname, "connections.mjs")).href}`;
  spawnSync(process.execPath, [preload, "-e", script], { env: { ...process.env, UNDERPAINT_CONNECTIONS: file } });
  const seen = readFileSync(file, "utf8");
  const kinds = ["tcp 127.0.0.1:9", "tcp 127.0.0.1:47801", "tcp localhost:9", "dns localhost", "udp x 9 127.0.0.1"];
  expect(kinds.filter((kind) => !seen.includes(kind))).toEqual([]);
});

test("no process of the companion connects to another machine or asks for its address, and nothing is left in the home", async () => {
  const file = path.join(folder, "connections");
  const home = await paintWatched("preload", {
    env: { UNDERPAINT_CONNECTIONS: file },
    preloads: ["silence.mjs", "connections.mjs"],
  });
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const watched = lines.filter((line) => line.startsWith("watched"));
  // The companion, its library's thread, its engine.
  expect(watched.length).toBeGreaterThanOrEqual(3);
  expect(lines.filter((line) => !line.startsWith("watched") && !isLoopback(line))).toEqual([]);
  // ONNX Runtime's telemetry would leave a device's id and a database.
  expect(existsSync(home) ? readdirSync(home, { recursive: true }) : []).toEqual([]);
});

inTrace(
  `no system call reaches another machine${canTrace ? "" : " (there is no strace)"}`,
  async () => {
    const file = path.join(folder, "trace");
    const calls = "trace=connect,sendto,sendmsg,sendmmsg,bind";
    await paintWatched("trace", { under: ["strace", "-D", "-f", "-qq", "-e", calls, "-o", file] }, IDLE_SECONDS);
    const calledWith = readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => /sa_family=AF_INET6?,/.test(line));
    const foreign = calledWith.filter((line) => !isLoopback(line));
    tell({ calls: calledWith.length, foreign: foreign.length, idleSeconds: IDLE_SECONDS });
    expect(calledWith.length).toBeGreaterThan(0);
    expect(foreign).toEqual([]);
  },
  120_000 + 1000 * IDLE_SECONDS,
);
