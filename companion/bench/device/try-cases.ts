/** Whether a device paints what diffusers paints: each case in a process of its own, as drivers crash. */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { FamilyCase } from "./family-cases.ts";
import { distances, readTrace } from "./trace-distance.ts";

export interface Tried {
  readonly name: string;
  /** The largest difference of any tensor from diffusers', as a share of its largest value. Absent: it made no picture. */
  readonly off?: number;
  /** Why it made none. */
  readonly problem?: string;
}

/** Compiling a family's networks takes its time, on a driver in software minutes. */
const TIMEOUT_MS = 600_000;

type Ended = Pick<SpawnSyncReturns<string>, "status" | "signal" | "stderr">;
type Run = (args: readonly string[], env: NodeJS.ProcessEnv) => Ended;

const inOwnProcess: Run = (args, env) =>
  spawnSync(process.execPath, [process.argv[1]!, ...args], {
    ...{ env, encoding: "utf8", timeout: TIMEOUT_MS },
    stdio: ["ignore", "ignore", "pipe"],
  });

/** Makes the picture of a case through the command line, as a person would. `out`: a folder for what comes of it. */
export function tryCase({ name, folder }: FamilyCase, provider: string, out: string, run = inOwnProcess): Tried {
  const to = path.join(out, name);
  const args = ["generate", path.join(folder, "request.json"), "--out", to, "--trace"];
  const home = path.join(out, "home");
  const { status, signal, stderr } = run(args, {
    ...process.env,
    UNDERPAINT_HOME: home,
    UNDERPAINT_PROVIDER: provider,
  });
  const lastWords = () => stderr.trim().split("\n").at(-1) || `It ended by ${signal ?? `code ${status}`}.`;
  if (status !== 0) return { name, problem: wordsIn(to) ?? lastWords() };
  const [expected, got] = [path.join(folder, "expected.safetensors"), path.join(to, "trace.safetensors")].map(
    readTrace,
  );
  return { name, off: Math.max(...distances(expected!, got!).values()) };
}

function wordsIn(folder: string): string | undefined {
  const report = path.join(folder, "result.json");
  if (!existsSync(report)) return undefined;
  return (JSON.parse(readFileSync(report, "utf8")) as { problem?: { message: string } }).problem?.message;
}
