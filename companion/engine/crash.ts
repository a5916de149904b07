import { Problem } from "../../shared/problem.ts";

/** How a process ended, and the last that it wrote to stderr. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** What native runtimes, V8 and graphics drivers say when memory runs out. */
const MEMORY = /out of memory|bad_alloc|failed to allocate|allocation failed|E_OUTOFMEMORY|ENOMEM/i;

/** The end of the engine process as the designer reads it: "out-of-memory" where it said so itself, else "engine-crashed". */
export function crashProblem({ code, signal, stderr }: ProcessEnd): Problem {
  if (MEMORY.test(stderr))
    return new Problem(
      "out-of-memory",
      "The picture does not fit into memory: choose a smaller size or a smaller model, or close other programs.",
    );
  // Weights are mapped: what is gone from the disk cannot be read any more.
  if (signal === "SIGBUS")
    return new Problem(
      "engine-crashed",
      "A file of the model was cut short while it was in use, or its disk went away: start the picture again.",
    );
  const how = signal === null ? `exit code ${code}` : signal;
  const hint = signal === "SIGKILL" ? "; the system does this when memory runs out" : "";
  const line = lastLine(stderr);
  return new Problem(
    "engine-crashed",
    `The process that runs the model ended unexpectedly (${how}${hint})${line === "" ? "." : `: ${line}`}`,
  );
}

/** The last line that says something: no stack frames, no banners. */
function lastLine(stderr: string): string {
  const [before] = stderr.split("----- Native stack trace -----");
  const lines = before!.split("\n").map((line) => line.trim());
  const telling = lines.filter((line) => line !== "" && !/^at |^Node\.js v|^\^+$|^[{}]$/.test(line));
  return telling.at(-1)?.slice(0, 300) ?? "";
}
