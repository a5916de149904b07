import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import type { Testimony } from "./memory-witness.ts";

/** How a process ended, and what is known about it. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last that it wrote there. */
  readonly stderr: string;
  /** Of the memory, up to then. */
  readonly testimony: Testimony;
  /** A file that it had mapped, and that is not any more what it was. */
  readonly changedFile?: string;
}

export interface Crash {
  readonly problem: Problem;
  /** Whether memory ran out. */
  readonly memory: "yes" | "perhaps" | "no";
}

/** What native runtimes, V8 and graphics drivers say when memory runs out. */
const MEMORY =
  /out of memory|bad_alloc|failed to allocate|allocation failed|cannot allocate memory|E_OUTOFMEMORY|ENOMEM/i;

/** The end of the engine process as the designer reads it: "out-of-memory" where that is certain, else "engine-crashed". */
export function crashOf({ code, signal, stderr, testimony, changedFile }: ProcessEnd): Crash {
  if (MEMORY.test(stderr) || (signal === "SIGKILL" && testimony === "killed"))
    return {
      memory: "yes",
      problem: new Problem(
        "out-of-memory",
        "The picture does not fit into memory: choose a smaller size or a smaller model, or close other programs.",
      ),
    };
  const crashed = (message: string): Problem => new Problem("engine-crashed", message);
  // Weights are mapped: what is gone from the disk cannot be read any more.
  if (signal === "SIGBUS") {
    const file = changedFile === undefined ? "A file of the model" : `"${path.basename(changedFile)}"`;
    const words = `${file} was cut short while it was in use, or its disk went away: start the picture again.`;
    return { memory: "no", problem: crashed(words) };
  }
  const perhaps = signal === "SIGKILL" && testimony === "short";
  const how = signal === null ? `exit code ${code}` : signal;
  const hint = perhaps ? "; the system does this when memory runs out" : "";
  const line = lastLine(stderr);
  return {
    memory: perhaps ? "perhaps" : "no",
    problem: crashed(
      `The process that runs the model ended unexpectedly (${how}${hint})${line === "" ? "." : `: ${line}`}`,
    ),
  };
}

/** A process that lives, but was given up. `why`: a predicate, like "has not answered for 12 s". */
export const lost = (why: string): Crash => ({
  memory: "no",
  problem: new Problem(
    "engine-frozen",
    `The process that runs the model ${why}, and was ended: start the picture again.`,
  ),
});

/** A process that may come back. */
export const silentProblem = (seconds: number): Problem =>
  new Problem(
    "engine-frozen",
    `The process that runs the model has not answered for ${seconds} s: it is started anew if that goes on.`,
  );

/** The last line that says something: no stack frames, no banners. */
function lastLine(stderr: string): string {
  const [before] = stderr.split("----- Native stack trace -----");
  const lines = before!.split("\n").map((line) => line.trim());
  const telling = lines.filter((line) => line !== "" && !/^at |^Node\.js v|^\^+$|^[{}]$/.test(line));
  return telling.at(-1)?.slice(0, 300) ?? "";
}
