import { type ChildProcess, fork } from "node:child_process";
import type { Problem } from "../../shared/problem.ts";
import { visibleLines } from "../library/plain-text.ts";
import { crashProblem } from "./crash.ts";
import type { EngineSetup, FromEngine, ToEngine } from "./messages.ts";

export interface EngineProgram {
  /** The file that the process runs. */
  readonly entry: string;
  readonly setup: EngineSetup;
  /** Environment variables on top of our own. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ProcessEvents {
  readonly onMessage: (message: FromEngine) => void;
  /** Called once, when nothing more will come: why it ended, as far as can be told. */
  readonly onEnd: (problem: Problem) => void;
}

/** How much of what the process last wrote to stderr is kept for its obituary, characters. */
const STDERR_CHARACTERS = 8192;

/** One life of the engine process. */
export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor({ entry, setup, env }: EngineProgram, events: ProcessEvents) {
    this.#child = fork(entry, [JSON.stringify(setup)], {
      serialization: "advanced",
      // Not ours: an inspector's port, a test runner's flags.
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: { ...process.env, ...env },
    });
    let stderr = "";
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-STDERR_CHARACTERS);
      if (process.env.UNDERPAINT_DEBUG !== undefined) process.stderr.write(visibleLines(text));
    });
    this.#child.on("message", (message) => events.onMessage(message as FromEngine));
    this.#ended = new Promise((resolve) => {
      const end = (problem: Problem) => {
        resolve();
        events.onEnd(problem);
      };
      this.#child.once("error", (error) => {
        if (this.#child.pid === undefined) end(crashProblem({ code: null, signal: null, stderr: error.message }));
      });
      this.#child.once("close", (code, signal) => end(crashProblem({ code, signal, stderr })));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Lost where the process is gone already: `onEnd` follows then. */
  send(message: ToEngine): void {
    this.#child.send(message, () => {});
  }

  /** At once, whatever it is doing. Resolves when it is gone. */
  kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    return this.#ended;
  }
}
