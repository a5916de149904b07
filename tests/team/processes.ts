/** A studio's gateway and workers as their own processes, as `underpaint` runs them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { until } from "../gateway/test-client.ts";

const root = path.resolve(__dirname, "../..");
export const CODE = "314159";

export interface Running {
  readonly process: ChildProcess;
  readonly output: () => string;
}

/** Everything that one test starts, in a data folder of its own. */
export class Studio {
  readonly home = mkdtempSync(path.join(tmpdir(), "underpaint-team-"));
  readonly #running: Running[] = [];
  readonly #redis: string;

  constructor(redis: string) {
    this.#redis = redis;
  }

  /** Resolves when it listens. */
  async gateway(...args: string[]): Promise<Running & { readonly port: number }> {
    const plain = ["start", "--no-open", "--no-playground", "--port", "0", "--pair-code", CODE];
    const running = this.run("gateway", [...plain, ...args]);
    await until(() => /Listens on/.test(running.output()) || running.process.exitCode !== null);
    const port = Number(/localhost:(\d+)/.exec(running.output())?.[1]);
    if (!Number.isInteger(port)) throw new Error(`The gateway did not start:\n${running.output()}`);
    return { ...running, port };
  }

  /** Resolves when it offers something. */
  async worker(name: string, ...args: string[]): Promise<Running> {
    const running = this.run(name, ["worker", "--name", name, ...args]);
    await until(() => /Offers/.test(running.output()) || running.process.exitCode !== null);
    return running;
  }

  /** `home`: a data folder below the studio's. */
  run(home: string, args: readonly string[]): Running {
    const child = spawn(process.execPath, ["companion/underpaint.mjs", ...args], {
      cwd: root,
      env: {
        ...process.env,
        UNDERPAINT_HOME: path.join(this.home, home),
        UNDERPAINT_PROVIDER: "cpu",
        UNDERPAINT_REDIS: this.#redis,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (text) => {
        output += text;
      });
    const running = { process: child, output: () => output };
    this.#running.push(running);
    return running;
  }

  async kill({ process: child }: Running, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((running) => this.kill(running)));
    rmSync(this.home, { recursive: true, force: true });
  }
}
