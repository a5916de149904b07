/** A real Redis or Valkey on a free port, in a folder of its own: Debian's `valkey-server` or `redis-server`. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const PROGRAM = ["valkey-server", "redis-server"].find((name) => spawnSync(name, ["--version"]).status === 0);

/** In memory where there is such a place. */
const SCRATCH = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export const hasRedis = PROGRAM !== undefined;

/** Debian's are built with TLS; others may not be. */
export const hasRedisTls =
  PROGRAM !== undefined &&
  spawnSync("openssl", ["version"]).status === 0 &&
  !/unknown|bad directive/i.test(
    String(spawnSync(PROGRAM, ["--port", "0", "--tls-port", "1", "--tls-cert-file", "absent"]).stdout),
  );

/** `describe` where there is a server; by this name it is skipped where there is none. */
export const describeWithRedis = (name: string, body: () => void): void =>
  PROGRAM === undefined ? describe.skip(`${name} (no valkey-server or redis-server here)`, body) : describe(name, body);

export const PASSWORD = "a-secret-of-the-test";

export interface RedisServer {
  readonly url: string;
  /** PEM of its own authority, where it speaks TLS. */
  readonly ca?: string;
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

/** cert.pem and key.pem in `folder`, for `name`, as docs/team.md says; returns the certificate, which vouches for itself. */
export function makeCertificate(folder: string, name = "localhost"): string {
  const cert = path.join(folder, "cert.pem");
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  const out = ["-keyout", path.join(folder, "key.pem"), "-out", cert];
  const made = spawnSync("openssl", [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-days",
    "2",
    ...subject,
    ...out,
  ]);
  if (made.status !== 0) throw new Error(String(made.stderr));
  return readFileSync(cert, "utf8");
}

/** `extra`: more arguments. `tls`: with a certificate of its own making for localhost, and by TLS alone. Writes every change down at once, as docs/team.md says a studio's should. */
export async function startRedis(extra: readonly string[] = [], { tls = false } = {}): Promise<RedisServer> {
  const folder = mkdtempSync(path.join(SCRATCH, "underpaint-redis-"));
  const port = await freePort();
  const ca = tls ? makeCertificate(folder) : undefined;
  const at = (name: string) => path.join(folder, name);
  const listen = tls
    ? ["--port", 0, "--tls-port", port, "--tls-cert-file", at("cert.pem"), "--tls-key-file", at("key.pem")].concat([
        ...["--tls-auth-clients", "no"],
      ])
    : ["--port", port];
  let child: ChildProcess | undefined;
  const start = async () => {
    const args = [
      "--requirepass",
      PASSWORD,
      ...listen,
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
    ...(tls
      ? { url: `rediss://:${PASSWORD}@localhost:${port}`, ca: ca! }
      : { url: `redis://:${PASSWORD}@127.0.0.1:${port}` }),
    ...{ port, start, stop },
    remove: async () => {
      await stop("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
