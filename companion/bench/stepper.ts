/** Another program that does one step of its network each time it is told to. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Problem } from "../../shared/problem.ts";

export interface Stepper {
  /** One step, in seconds. */
  step(): Promise<number>;
  stop(): void;
}

/**
 * Runs a script that prints "ready" and then, for each line that it reads, the seconds that a step took. Throws Problem
 * "request-invalid" where it does not get ready; `needs`: the package that it takes, for the message.
 */
export async function startStepper(
  python: string,
  script: string,
  args: readonly string[],
  needs: string,
): Promise<Stepper> {
  const child = spawn(python, ["-c", script, ...args]);
  let complaint = "";
  child.stderr.on("data", (text) => {
    complaint = String(text).trim().split("\n").at(-1) ?? "";
  });
  const next = answersOf(child);
  if ((await next()) !== "ready")
    throw new Problem("request-invalid", `"${python}" can't run ${needs} (${complaint}): give a Python that has it.`);
  return {
    step: async () => {
      child.stdin.write("\n");
      return Number(await next());
    },
    stop: () => {
      child.stdin.end();
      child.kill();
    },
  };
}

/** Line by line; undefined when it has ended or never began. */
function answersOf(child: ChildProcessWithoutNullStreams): () => Promise<string | undefined> {
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const failed = new Promise<undefined>((resolve) => child.once("error", () => resolve(undefined)));
  return async () => Promise.race([lines.next().then(({ value }) => value as string | undefined), failed]);
}
