/** The real companion with the starter model, in a data folder and on a port of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { companionPort } from "./companion-port.ts";

export const PAIRING_CODE = "271828";

export interface CompanionProcess {
  /** Everything it said. */
  readonly said: () => string;
  stop(): Promise<void>;
  /** As a crash ends it. */
  kill(): Promise<void>;
}

/** Where its queue and pairings are: it may be started there again. */
export const createDataFolder = (): string => mkdtempSync(path.join(tmpdir(), "underpaint-browser-"));
export const removeDataFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/** Resolves when it listens; rejects with what it said where it ends before. `more`: arguments. */
export async function startCompanion(
  root: string,
  home: string,
  more: readonly string[] = [],
): Promise<CompanionProcess> {
  const port = String(await companionPort());
  const args = ["start", "--no-open", "--no-playground", "--port", port, "--pair-code", PAIRING_CODE, ...more];
  const child: ChildProcess = spawn(process.execPath, [path.join(root, "dist/companion/main.js"), ...args], {
    cwd: root,
    env: { ...process.env, UNDERPAINT_HOME: home, UNDERPAINT_PROVIDER: "cpu" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout!, child.stderr!])
    stream.on("data", (data) => {
      text += data;
    });
  const end = Date.now() + 60_000;
  while (!text.includes("Listens on")) {
    if (child.exitCode !== null || Date.now() > end) throw new Error(`The companion did not start: ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const endBy = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  };
  return { said: () => text, stop: () => endBy("SIGTERM"), kill: () => endBy("SIGKILL") };
}
