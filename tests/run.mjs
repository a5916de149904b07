/**
 * `npm test`: builds, then runs every test, the browser's too; `npm run unit` leaves the browser out. Extra arguments go to
 * jest. What was skipped is listed with its reason; the last line is `N passed, N failed, N skipped`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { constants, setPriority, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

// The engine puts itself below other work (companion/engine/child.ts): beside tests of a higher priority it would starve.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
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

/** jest's report; undefined where it ended without one. */
function jest(...more) {
  const report = path.join(scratch, "report.json");
  rmSync(report, { force: true });
  run(process.execPath, [
    "--no-warnings",
    "node_modules/jest/bin/jest.js",
    "--config",
    "tests/jest.config.cjs",
    // What a failed test left running must not keep the others' result.
    "--forceExit",
    "--json",
    `--outputFile=${report}`,
    ...more,
  ]);
  return existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : undefined;
}
const testsOf = (report) =>
  report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({ fullName, status })),
  );
const namesOf = (report, ...wanted) =>
  testsOf(report)
    .filter(({ status }) => wanted.includes(status))
    .map(({ fullName }) => fullName);
/** Files that hold a failure, or don't even load. */
const failedFiles = (report) => report.testResults.filter(({ status }) => status === "failed").map(({ name }) => name);
// A file that does not even load counts as a failure.
const failuresOf = (report) => report.numFailedTests + report.numRuntimeErrorTestSuites;

/** A test that waits for processes and a browser can fail on a machine that stalls: a few files are run once more, alone. */
const MOST_REPEATED_FILES = 3;

const first = jest(...(unit ? ["--testPathIgnorePatterns", "tests/browser"] : []), ...args);
if (first === undefined) fail("jest ended without a report");
const files = failedFiles(first);
const again =
  files.length > 0 && files.length <= MOST_REPEATED_FILES
    ? jest("--runInBand", "--runTestsByPath", ...files)
    : undefined;
rmSync(scratch, { recursive: true, force: true });

const last = again ?? first;
const skipped = namesOf(first, "pending", "todo");
const failed = failuresOf(last);
const unsteady = again ? namesOf(first, "failed").filter((name) => namesOf(again, "passed").includes(name)) : [];
for (const name of skipped) console.log(`skipped: ${name}`);
for (const name of unsteady) console.log(`unsteady, passed when repeated: ${name}`);
for (const name of namesOf(last, "failed")) console.log(`failed: ${name}`);
for (const name of failedFiles(last)) console.log(`failed in: ${path.relative(root, name)}`);
console.log(`${first.numPassedTests + unsteady.length} passed, ${failed} failed, ${skipped.length} skipped`);
process.exit(failed === 0 && first.numPassedTests > 0 ? 0 : 1);
