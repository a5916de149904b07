import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface Played<Told> {
  readonly passed: boolean;
  /** What the tests told by `tell` (tests/trust/tell.ts). */
  readonly told: Told[];
}

/** Runs tests in jest, one file after the other because silences are measured, with `env` besides the environment. */
export function playTests<Told>(tests: readonly string[], env: Readonly<Record<string, string>> = {}): Played<Told> {
  const scratch = mkdtempSync(path.join(tmpdir(), "underpaint-trust-"));
  const report = path.join(scratch, "told");
  const jest = [
    "node_modules/jest/bin/jest.js",
    "--config",
    "tests/jest.config.cjs",
    "--runInBand",
    "--forceExit",
    ...tests,
  ];
  const { status } = spawnSync(process.execPath, ["--no-warnings", ...jest], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...env, UNDERPAINT_TRUST_REPORT: report },
  });
  const lines = existsSync(report) ? readFileSync(report, "utf8").trim().split("\n") : [];
  rmSync(scratch, { recursive: true });
  return { passed: status === 0, told: lines.map((line) => JSON.parse(line)) };
}
