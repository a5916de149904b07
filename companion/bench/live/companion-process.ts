import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import path from "node:path";
import { randomSecret } from "../../../shared/pairing.ts";
import { Pairings } from "../../gateway/pairings.ts";
import { packageRoot } from "../../root.ts";

export interface RunningCompanion {
  readonly port: number;
  /** Of a plugin that is paired with it. */
  readonly pairing: string;
  readonly token: string;
  stop(): Promise<void>;
}

const START_MS = 60_000;

/** A companion of its own, on a free port, with its data in `home`. Rejects with what it said where it does not start. */
export async function startCompanion(home: string): Promise<RunningCompanion> {
  const secret = { pairing: randomBytes(16).toString("hex"), token: randomSecret() };
  new Pairings(path.join(home, "pairings.json")).add(secret, "bench");
  const port = await freePort();
  const args = ["start", "--no-open", "--no-playground", "--port", String(port)];
  const child: ChildProcess = spawn(process.execPath, [path.join(packageRoot(), "dist/companion/main.js"), ...args], {
    env: { ...process.env, UNDERPAINT_HOME: home, UNDERPAINT_PROVIDER: "cpu" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
  };
  let said = "";
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (data) => (said += data));
  const end = performance.now() + START_MS;
  while (!said.includes("Listens on")) {
    if (child.exitCode !== null || performance.now() > end) {
      await stop();
      throw new Error(`The companion did not start: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { port, ...secret, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
