/**
 * `npm test`: builds, then runs every test, the browser's too; `npm run unit` leaves the browser out. Extra arguments go to
 * jest. What was skipped is listed with its reason; the last line is `N passed, N failed, N skipped`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const run = (command, args, options = {}) =>
  spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
    ...options,
  });
const fail = (what) => {
  console.log(`${what}\n0 passed, 1 failed, 0 skipped`);
  process.exit(1);
};

if (!existsSync(path.join(root, "node_modules/jest"))) {
  console.log("Installing the packages …");
  if (run("npm", ["ci"]).status !== 0) fail("npm ci failed");
}

const [mode, ...rest] = process.argv.slice(2);
const unit = mode === "unit";
const args = unit ? rest : process.argv.slice(2);
if (run(process.execPath, ["companion/build.mjs"]).status !== 0) fail("The build failed");

const scratch = mkdtempSync(path.join(tmpdir(), "underpaint-test-"));
const report = path.join(scratch, "report.json");
run(process.execPath, [
  "--no-warnings",
  "node_modules/jest/bin/jest.js",
  "--config",
  "tests/jest.config.cjs",
  "--json",
  `--outputFile=${report}`,
  ...(unit ? ["--testPathIgnorePatterns", "tests/browser"] : []),
  ...args,
]);
if (!existsSync(report)) fail("jest ended without a report");
const result = JSON.parse(readFileSync(report, "utf8"));
rmSync(scratch, { recursive: true, force: true });

const skipped = result.testResults
  .flatMap((file) => file.assertionResults)
  .filter((t) => t.status === "pending" || t.status === "todo");
for (const test of skipped) console.log(`skipped: ${test.fullName}`);
// A file that does not even load counts as a failure.
const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
console.log(`${result.numPassedTests} passed, ${failed} failed, ${skipped.length} skipped`);
process.exit(failed === 0 && result.numPassedTests > 0 ? 0 : 1);
