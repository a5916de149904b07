/** A real Redis or Valkey on a free port, in a folder of its own: Debian's `valkey-server` or `redis-server`. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const PROGRAM = ["valkey-server", "redis-server"].find((name) => spawnSync(name, ["--version"]).status === 0);

/** In memory where there is such a place. */
const SCRATCH = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export const hasRedis = PROGRAM !== undefined;

/** `describe` where there is a server; by this name it is skipped where there is none. */
export const describeWithRedis = (name: string, body: () => void): void =>
  PROGRAM === undefined ? describe.skip(`${name} (no valkey-server or redis-server here)`, body) : describe(name, body);

export const PASSWORD = "a-secret-of-the-test";

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** With the data that it wrote down, after a `stop`. */
  start(): Promise<void>;
  /** With -9 where it is said. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Stops it and removes what it wrote down. */
  remove(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** `extra`: more arguments. Writes every change down at once, as docs/team.md says a studio's should. */
export async function startRedis(extra: readonly string[] = []): Promise<RedisServer> {
  const folder = mkdtempSync(path.join(SCRATCH, "underpaint-redis-"));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async () => {
    const args = [
      "--requirepass",
      PASSWORD,
      "--port",
      port,
      "--bind",
      "127.0.0.1",
      "--dir",
      folder,
      "--save",
      "",
      "--appendonly",
      "yes",
    ];
    child = spawn(PROGRAM!, [...args.map(String), "--appendfsync", "always", ...extra], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const text of child.stdout!) if (/Ready to accept connections/.test(String(text))) break;
    child.stdout!.resume();
  };
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  };
  await start();
  return {
    ...{ url: `redis://:${PASSWORD}@127.0.0.1:${port}`, port, start, stop },
    remove: async () => {
      await stop("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
