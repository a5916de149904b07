import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { visibleLines } from "../library/plain-text.ts";
import { passSpan } from "../profile/spans.ts";
import { changedFile, type MappedFile } from "../runtime/mapped-files.ts";
import { type Crash, crashOf, lost, type ProcessEnd } from "./crash.ts";
import { MemoryWitness } from "./memory-witness.ts";
import type { EngineSetup, FromEngine, MappedMessage, SpanMessage, ToEngine } from "./messages.ts";
import { PULSE_FD, PULSE_MS, readPulse } from "./pulse.ts";
import { VITAL_LIMITS, type VitalLimits, Vitals, type WorkPlace } from "./vitals.ts";

export interface EngineProgram {
  /** The file that the process runs. */
  readonly entry: string;
  readonly setup: EngineSetup;
  /** Environment variables on top of our own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly vitalLimits?: VitalLimits;
}

export interface ProcessEvents {
  readonly onMessage: (message: Exclude<FromEngine, MappedMessage | SpanMessage>) => void;
  /** It has given no sign of life for so many seconds; undefined when it lives again. */
  readonly onSilence: (seconds: number | undefined) => void;
  /** Called once, when nothing more will come: why it ended, as far as can be told. */
  readonly onEnd: (crash: Crash) => void;
}

/** How much of what the process last wrote to stderr is kept for its obituary, characters. */
const STDERR_CHARACTERS = 8192;

/** One life of the engine process. */
export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #mapped = new Map<string, MappedFile>();
  readonly #witness = new MemoryWitness();
  #place: WorkPlace = "elsewhere";
  #resident = 0;
  #mostResident = 0;
  /** Set where we gave it up. */
  #lost: Crash | undefined;

  constructor({ entry, setup, env, vitalLimits = VITAL_LIMITS }: EngineProgram, events: ProcessEvents) {
    this.#child = fork(entry, [JSON.stringify(setup)], {
      serialization: "advanced",
      // And not ours: an inspector's port, a test runner's flags.
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "ignore", "pipe", "ipc", "pipe"],
      env: { ...process.env, ...env },
    });
    let stderr = "";
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-STDERR_CHARACTERS);
      if (process.env.UNDERPAINT_DEBUG !== undefined) process.stderr.write(visibleLines(text));
    });
    this.#child.on("message", (message) => this.#hear(message as FromEngine, events));
    const watch = this.#watch(vitalLimits, events.onSilence);
    this.#ended = new Promise((resolve) => {
      const end = (crash: Crash) => {
        clearInterval(watch);
        resolve();
        events.onEnd(this.#lost ?? crash);
      };
      this.#child.once("error", (error) => {
        if (this.#child.pid === undefined) end(this.#crash({ code: null, signal: null, stderr: error.message }));
      });
      this.#child.once("close", (code, signal) => end(this.#crash({ code, signal, stderr })));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The most bytes that it had in main memory since this was last asked. */
  takeMostResident(): number {
    const most = this.#mostResident;
    this.#mostResident = this.#resident;
    return most;
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

  #crash(end: Pick<ProcessEnd, "code" | "signal" | "stderr">): Crash {
    const changed = changedFile(this.#mapped.values());
    return crashOf({
      ...end,
      testimony: this.#witness.testify(),
      ...(changed !== undefined && { changedFile: changed }),
    });
  }

  #hear(message: FromEngine, events: ProcessEvents): void {
    if (message.type === "mapped") for (const file of message.files) this.#mapped.set(file.file, file);
    else if (message.type === "span") passSpan(message.span);
    else {
      if (message.type === "ready") this.#place = message.device.provider === "cpu" ? "processor" : "elsewhere";
      events.onMessage(message);
    }
  }

  /** Ends the process where it is lost. */
  #watch(limits: VitalLimits, onSilence: ProcessEvents["onSilence"]): NodeJS.Timeout {
    const vitals = new Vitals(limits, PULSE_MS);
    createInterface(this.#child.stdio[PULSE_FD] as Readable).on("line", (line) => {
      const pulse = readPulse(line);
      if (pulse === undefined) return;
      vitals.hear(pulse);
      this.#resident = pulse.resident;
      this.#mostResident = Math.max(this.#mostResident, pulse.resident);
    });
    let told: number | undefined;
    return setInterval(() => {
      this.#witness.look();
      const health = vitals.look(performance.now(), this.#place);
      const silent = health.state === "silent" ? health.seconds : undefined;
      if (silent !== told) onSilence(silent);
      told = silent;
      if (health.state !== "lost" || this.#lost) return;
      this.#lost = lost(health.why);
      void this.kill();
    }, PULSE_MS);
  }
}
