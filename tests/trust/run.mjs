/**
 * `npm run trust`: plays the attacks of docs/threat-model.md against what was built, feeds every parser for some seconds, and
 * prints promise × test × figure. Ends with 1 where anything got in or a test failed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const FUZZ_SECONDS = process.argv[2] ?? "5";
const TESTS = [
  "tests/trust",
  "tests/browser/fake-companion",
  "tests/fuzz",
  "tests/gateway",
  "tests/shared",
  "tests/plugin/ui/companion-client",
  "tests/plugin/ui/job-desk",
  "tests/library/library-in-thread",
  "tests/library/download.test",
  "tests/cli/terminal",
];

const scratch = mkdtempSync(path.join(tmpdir(), "underpaint-trust-"));
const [attacks, fuzz] = ["attacks", "fuzz"].map((name) => path.join(scratch, name));
const linesOf = (file) =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [];

const built = spawnSync(process.execPath, ["companion/build.mjs"], { stdio: "inherit" });
// One at a time: silences are measured.
const played = spawnSync(
  process.execPath,
  ["node_modules/jest/bin/jest.js", "--config", "tests/jest.config.cjs", "--runInBand", ...TESTS],
  {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      UNDERPAINT_TRUST_REPORT: attacks,
      UNDERPAINT_FUZZ_REPORT: fuzz,
      UNDERPAINT_FUZZ_SECONDS: FUZZ_SECONDS,
    },
  },
);
const figures = linesOf(attacks);
console.log("| promise | test | attempts | got in | figure |\n|---|---|---|---|---|");
for (const { promise, test, attempts, gotIn, figure } of figures)
  console.log(`| ${promise} | ${test} | ${attempts} | ${gotIn} | ${figure} |`);
const fuzzed = linesOf(fuzz);
for (const { target, runs, slowestMs, seed } of fuzzed)
  console.log(`| no parser crashes or hangs | fuzz: ${target} | ${runs} | 0 | slowest ${slowestMs} ms, seed ${seed} |`);
rmSync(scratch, { recursive: true });

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const gotIn = sum(figures.map((figure) => figure.gotIn));
const works = built.status === 0 && played.status === 0 && figures.length > 0 && gotIn === 0;
console.log(
  `${sum(figures.map(({ attempts }) => attempts))} attacks, ${gotIn} got in; ${sum(fuzzed.map(({ runs }) => runs))} fuzz runs; ${works ? "all held" : "FAILED"}`,
);
process.exit(works ? 0 : 1);
