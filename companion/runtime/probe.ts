/** The self-test of a provider, in a process of its own: a driver that crashes takes only that process with it. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { DIALECTS, type Dialect, isPlain } from "../graph/dialect.ts";
import { packageRoot } from "../root.ts";

export type ProbeResult =
  | {
      readonly outcome: "passed";
      /** What was found right. */
      readonly float: Dialect["float"];
      readonly attention: Dialect["attention"];
      readonly groupNorms: Dialect["groupNorms"];
      readonly channelsLast: Dialect["channelsLast"];
      /** The same matrix products here and on the processor. */
      readonly seconds: number;
      readonly cpuSeconds: number;
    }
  | { readonly outcome: "failed"; readonly reason: string };

/** First starts compile shaders and load gigabytes of libraries. */
const TIMEOUT_MS = 60_000;

const program = (): string => path.join(packageRoot(), "dist/companion/probe.js");

/** What a process ended with: the result that it printed, or how it died. */
type Ended = { readonly printed: ProbeResult } | { readonly died: string };
type Launch = (args: readonly string[]) => Promise<Ended>;

/**
 * Runs companion/runtime/probe-child.ts for `provider`; where it dies, once more with what every provider has, if it tried something else. Never
 * throws: what goes wrong is the reason.
 */
export async function probeInChild(provider: keyof typeof DIALECTS, launch = inChild): Promise<ProbeResult> {
  const first = await launch([provider]);
  const last = "died" in first && !isPlain(DIALECTS[provider]) ? await launch([provider, "plain"]) : first;
  return "died" in last ? { outcome: "failed", reason: last.died } : last.printed;
}

const inChild: Launch = (args) => {
  if (!existsSync(program())) return Promise.resolve({ died: "Its self-test is not built: run npm run build." });
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program(), ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: TIMEOUT_MS,
    });
    let out = "";
    let errors = "";
    child.stdout.on("data", (bytes) => (out += bytes));
    child.stderr.on("data", (bytes) => (errors += bytes));
    child.on("error", (error) => resolve({ died: error.message }));
    child.on("close", (code, signal) => {
      const line = out.split("\n").find((text) => text.startsWith("{"));
      if (line) return resolve({ printed: JSON.parse(line) });
      const said = errors.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
      const end = signal === null ? `with code ${code}` : `by ${signal}`;
      resolve({ died: `Its self-test ended ${end}${said === "" ? "" : ` (${said})`}.` });
    });
  });
};
