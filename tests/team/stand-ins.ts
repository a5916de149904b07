/** Workers in processes of their own, whose model is a wait. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { buildSync } from "esbuild";
import type { StandIn } from "./stand-in-worker.ts";

/** The project's folder, in jest and in a bundled row of `npm run trust`. */
const root = process.cwd();

export class StandIns {
  readonly #entry = path.join(root, "dist", `stand-in-worker-${process.pid}-${Date.now()}.mjs`);
  readonly #running = new Set<ChildProcess>();

  constructor() {
    mkdirSync(path.dirname(this.#entry), { recursive: true });
    buildSync({
      ...{ entryPoints: [path.join(root, "tests/team/stand-in-worker.ts")], outfile: this.#entry },
      ...{ bundle: true, packages: "external", platform: "node", format: "esm", target: "node20", logLevel: "warning" },
    });
  }

  start(setup: StandIn): ChildProcess {
    const child = fork(this.#entry, [JSON.stringify(setup)], {
      execArgv: [],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#running.add(child);
    return child;
  }

  async kill(child: ChildProcess): Promise<void> {
    this.#running.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((child) => this.kill(child)));
    rmSync(this.#entry, { force: true });
  }
}
