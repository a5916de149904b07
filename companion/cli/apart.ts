/** Commands that run networks, in a process of their own: native code can end one without a word, and somebody must say why. */
import { spawn } from "node:child_process";
import { crashOf } from "../engine/crash.ts";
import { dieWithParent } from "../engine/die-with-parent.ts";
import { MemoryWitness } from "../engine/memory-witness.ts";
import { visibleLines } from "../library/plain-text.ts";

/** Set in that process. */
const MARK = "UNDERPAINT_APART";

/** How much of what it last wrote to stderr is kept, characters. */
const STDERR_CHARACTERS = 8192;

/** Between two looks at the memory, milliseconds. */
const LOOK_MS = 250;

/** True in the process that does the work, which from then on ends with its parent. */
export function isApart(): boolean {
  const apart = process.env[MARK] !== undefined;
  if (apart) dieWithParent();
  return apart;
}

/** Runs `entry` with `args`; resolves to its exit code. Throws Problem "engine-crashed" or "out-of-memory" where a signal ended it. */
export async function runApart(entry: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, entry, ...args], {
    stdio: ["inherit", "inherit", "pipe"],
    env: { ...process.env, [MARK]: "1" },
  });
  const witness = new MemoryWitness();
  const looks = setInterval(() => witness.look(), LOOK_MS);
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-STDERR_CHARACTERS);
    process.stderr.write(visibleLines(text));
  });
  const end = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  clearInterval(looks);
  if (end.code === null) throw crashOf({ ...end, stderr, testimony: witness.testify() }).problem;
  return end.code;
}
