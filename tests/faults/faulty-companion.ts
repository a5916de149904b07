/** The built companion with its real engine and the starter model, as `npm start` runs it, for faults of every kind. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import type { PairingSecret } from "../../shared/pairing.ts";
import { until } from "../gateway/test-client.ts";
import { WsClient } from "../gateway/ws-client.ts";
import { submitMessage } from "../submit-message.ts";

export const CODE = "246810";
const root = path.resolve(__dirname, "../..");

export interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  /** All that it wrote so far. */
  readonly said: () => string;
}

/** One data folder, and the companions and plugins that come and go on it. */
export class FaultyCompanion {
  readonly home: string;
  readonly plan: string;
  readonly clock: string;
  readonly #children = new Set<ChildProcess>();
  readonly #clients = new Set<WsClient>();
  #jobs = 0;

  constructor(home = mkdtempSync(path.join(tmpdir(), "underpaint-faults-"))) {
    this.home = home;
    this.plan = path.join(tmpdir(), `${path.basename(home)}-${process.pid}.plan`);
    this.clock = path.join(tmpdir(), `${path.basename(home)}-${process.pid}.clock`);
  }

  /** Runs `underpaint start` until it listens, or until it ends. */
  async launch(): Promise<Running> {
    const args = [
      "companion/underpaint.mjs",
      "start",
      "--no-open",
      "--no-playground",
      "--port",
      "0",
      "--pair-code",
      CODE,
    ];
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: {
        ...{ ...process.env, UNDERPAINT_HOME: this.home, UNDERPAINT_PROVIDER: "cpu" },
        ...{ UNDERPAINT_PLAN: this.plan, UNDERPAINT_CLOCK: this.clock },
        NODE_OPTIONS: `--import=${pathToFileURL(path.join(__dirname, "preload.mjs")).href}`,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children.add(child);
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data) => {
        text += data;
      });
    await until(() => /Listens on/.test(text) || child.exitCode !== null || child.signalCode !== null);
    return { child, port: Number(/localhost:(\d+)/.exec(text)?.[1]), said: () => text };
  }

  async start(): Promise<Running> {
    const running = await this.launch();
    if (!Number.isInteger(running.port)) throw new Error(`The companion did not start:\n${running.said()}`);
    return running;
  }

  dial({ port }: Running): WsClient {
    const client = new WsClient(port);
    this.#clients.add(client);
    return client;
  }

  /** The plugin comes back. Resolves to the jobs that are kept for it, too. */
  async back(running: Running, token: PairingSecret) {
    const client = this.dial(running);
    const { jobs } = await client.prove(token);
    return { client, jobs };
  }

  /** The next `who` that comes to `stage` is killed. */
  killAt(who: "companion" | "engine", at: string): void {
    writeFileSync(this.plan, JSON.stringify({ who, at }));
  }

  get isKilled(): boolean {
    return !existsSync(this.plan);
  }

  /** `wall`: what Date is ahead, `steady`: what performance.now is. Milliseconds. */
  async setClock(offset: { wall?: number; steady?: number }): Promise<void> {
    writeFileSync(this.clock, JSON.stringify(offset));
    // Until it has looked, see preload.mjs.
    await new Promise((resolve) => setTimeout(resolve, 200));
  }

  newJob(): string {
    this.#jobs += 1;
    return this.#jobs.toString(16).padStart(32, "0");
  }

  async remove(): Promise<void> {
    for (const { socket } of this.#clients) socket.terminate();
    for (const child of this.#children) {
      child.kill("SIGKILL");
      await gone(child);
    }
    for (const file of [this.home, this.plan, this.clock]) rmSync(file, { recursive: true, force: true });
  }
}

export const gone = (child: ChildProcess) => until(() => child.exitCode !== null || child.signalCode !== null);

export const enginesOf = ({ child }: Running): number[] =>
  execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === child.pid)
    .map(([pid]) => pid!);

/** A small picture made from another, so that every stage is come by. */
export async function submit(client: WsClient, job: string, more: object = {}): Promise<void> {
  const png = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#a63" } })
    .png()
    .toBuffer();
  const images = new Map([["i", new Uint8Array(png)]]);
  const request = {
    model: "starter",
    prompt: "a cat",
    seed: 5,
    width: 64,
    height: 64,
    steps: 4,
    image: "i",
    strength: 0.75,
  };
  client.send(submitMessage([job], { ...request, ...more }, images), images);
}

/** The picture of a job, once it is done. */
export async function pictureOf(client: WsClient, job: string): Promise<Uint8Array> {
  await until(() =>
    client.messages.some(
      (message) => "job" in message && message.job === job && ["done", "failed"].includes(message.type),
    ),
  );
  const failed = client.ofType("failed").find((message) => message.job === job);
  if (failed !== undefined) throw new Error(`${failed.problem.code}: ${failed.problem.message}`);
  const done = client.ofType("done").find((message) => message.job === job)!;
  return client.attachmentsOf(done).get("image")!;
}
