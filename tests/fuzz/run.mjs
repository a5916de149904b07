/**
 * `npm run fuzz [SECONDS]`: hostile input for every parser, so many seconds each (default 5). Prints runs and seeds.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const scratch = mkdtempSync(path.join(tmpdir(), "underpaint-fuzz-"));
const report = path.join(scratch, "report");
const { status } = spawnSync(
  process.execPath,
  ["node_modules/jest/bin/jest.js", "--config", "tests/jest.config.cjs", "tests/fuzz"],
  {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, UNDERPAINT_FUZZ_SECONDS: process.argv[2] ?? "5", UNDERPAINT_TRUST_REPORT: report },
  },
);
let all = 0;
for (const line of existsSync(report) ? readFileSync(report, "utf8").trim().split("\n") : []) {
  const { target, runs, slowestMs, seed } = JSON.parse(line);
  all += runs;
  console.log(`${target.padEnd(52)} ${String(runs).padStart(9)} runs  slowest ${slowestMs} ms  seed ${seed}`);
}
rmSync(scratch, { recursive: true });
console.log(`${all} runs, ${status === 0 ? "no failure" : "FAILED"}`);
process.exit(status ?? 1);
