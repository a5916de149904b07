/** The self-test of a provider, in a process of its own: a driver that crashes takes only that process with it. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import type { Dialect } from "../graph/dialect.ts";
import { packageRoot } from "../root.ts";

export type ProbeResult =
  | {
      readonly outcome: "passed";
      /** What was found right. */
      readonly float: Dialect["float"];
      readonly attention: Dialect["attention"];
      /** The same matrix products here and on the processor. */
      readonly seconds: number;
      readonly cpuSeconds: number;
    }
  | { readonly outcome: "failed"; readonly reason: string };

/** First starts compile shaders and load gigabytes of libraries. */
const TIMEOUT_MS = 60_000;

const program = (): string => path.join(packageRoot(), "dist/companion/probe.js");

/** Runs companion/runtime/probe-child.ts for `provider`. Never throws: what goes wrong is the reason. */
export function probeInChild(provider: string): Promise<ProbeResult> {
  const failed = (reason: string): ProbeResult => ({ outcome: "failed", reason });
  if (!existsSync(program())) return Promise.resolve(failed("Its self-test is not built: run npm run build."));
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program(), provider], {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: TIMEOUT_MS,
    });
    let out = "";
    let errors = "";
    child.stdout.on("data", (bytes) => (out += bytes));
    child.stderr.on("data", (bytes) => (errors += bytes));
    child.on("error", (error) => resolve(failed(error.message)));
    child.on("close", (code, signal) => {
      const line = out.split("\n").find((text) => text.startsWith("{"));
      if (line) return resolve(JSON.parse(line));
      const said = errors.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
      const end = signal === null ? `with code ${code}` : `by ${signal}`;
      resolve(failed(`Its self-test ended ${end}${said === "" ? "" : ` (${said})`}.`));
    });
  });
}
