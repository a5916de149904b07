/** A program that does what it is told to, one line in, one line out: how peers are measured, each in a process of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Its answer to a task. */
export interface Answer {
  readonly seconds?: number;
  /** What parts of it took, of a program that can't do them alone. */
  readonly parts?: Readonly<Record<string, readonly number[]>>;
  /** Whether "prepare" found nothing kept from an earlier run. */
  readonly fresh?: boolean;
  /** The most that its process had resident. */
  readonly bytes?: number;
  /** Why it can't. */
  readonly refused?: string;
}

export interface Asked {
  readonly task: string;
  readonly mode: string;
  /** Where a step's result goes: float32, as it lies. */
  readonly output?: string;
}

export interface Program {
  /** Of what it is made of, in its own words. */
  readonly version?: string | undefined;
  ask(asked: Asked): Promise<Answer>;
  stop(): Promise<void>;
}

/** Bytes that a program may take for its own; beyond it is told that there are none. */
interface Limits {
  readonly memory?: number;
}

/**
 * Starts it. Resolves to why not, in the program's own last words, where it does not get ready. On Linux one that asks for more
 * memory than it may take is refused it, or if need be ended, so that the machine goes on.
 */
export async function startProgram(
  command: string,
  args: readonly string[],
  { memory }: Limits = {},
): Promise<Program | { absent: string }> {
  const child =
    memory !== undefined && process.platform === "linux"
      ? spawn("/bin/sh", ["-c", LIMITED, String(Math.floor(memory / 1024)), command, ...args])
      : spawn(command, args);
  let complaint = "";
  child.stderr.on("data", (text) => {
    complaint = String(text).trim().split("\n").at(-1) || complaint;
  });
  // What is written to a program that ended is told by its missing answer.
  child.stdin.on("error", () => {});
  const ended = new Promise<void>((resolve) => {
    child.once("close", (_, signal) => {
      if (signal !== null) complaint = signal;
      resolve();
    });
    child.once("error", ({ message }) => {
      complaint = message;
      resolve();
    });
  });
  const next = answersOf(child);
  const first = await Promise.race([next(), ended.then(() => undefined)]);
  if (first === undefined) {
    await ended;
    return { absent: complaint };
  }
  return {
    version: (JSON.parse(first) as { version?: string }).version,
    ask: async (asked) => {
      child.stdin.write(`${JSON.stringify(asked)}\n`);
      const line = await next();
      if (line === undefined) await ended;
      return line === undefined ? { refused: `it ended (${complaint})` } : (JSON.parse(line) as Answer);
    },
    stop: async () => {
      child.stdin.end();
      child.kill();
      await ended;
    },
  };
}

/** Bytes of its own in units of 1024, then the command. The kernel ends it before any other where memory is short. */
const LIMITED = 'ulimit -d "$0"; echo 1000 > /proc/self/oom_score_adj; exec "$@"';

/** Line by line; undefined when there are no more. */
function answersOf({ stdout }: ChildProcessWithoutNullStreams): () => Promise<string | undefined> {
  const lines = createInterface(stdout)[Symbol.asyncIterator]();
  return async () => (await lines.next()).value as string | undefined;
}
