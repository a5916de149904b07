/**
 * `npm run trust`: puts what we promise to the test, and prints promise × test × figure. Each file of tests/trust/rows is a
 * row of the table and runs in a process of its own: those that measure time one after the other, then the others two at a time. `-- NAME …` runs just those rows; `-- --write`
 * writes the table of all into the README, with date and hardware. Ends with 1 where a promise was not kept.
 */
import { fork, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { betweenMarks, hardware, today } from "../../companion/bench/pages/marks.mjs";
import { tableOf } from "./table.mjs";

const LIMIT_MS = 600_000;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
process.chdir(root);
const { values, positionals } = parseArgs({ allowPositionals: true, options: { write: { type: "boolean" } } });
const all = readdirSync("tests/trust/rows").map((file) => path.basename(file, ".ts"));
const names = positionals.length > 0 ? positionals : all.sort();
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) fail(`There is no row ${unknown.join(", ")}: these are ${all.join(", ")}.`);
if (values.write && positionals.length > 0) fail("--write needs all rows: name none.");

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

if (spawnSync(process.execPath, ["companion/build.mjs"], { stdio: "inherit" }).status !== 0) fail("The build failed.");
await build({
  ...{
    entryPoints: names.map((name) => `tests/trust/rows/${name}.ts`),
    outdir: "dist/trust",
    outExtension: { ".js": ".mjs" },
  },
  ...{ bundle: true, packages: "external", platform: "node", format: "esm", target: "node20", logLevel: "warning" },
});

/** What came of a row; that it ended without a word is an outcome too. */
function played(name) {
  const child = fork("tests/trust/run-row.mjs", [`dist/trust/${name}.mjs`], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    timeout: LIMIT_MS,
  });
  let told = { promise: name, test: `tests/trust/rows/${name}.ts` };
  child.on("message", (message) => {
    told = message;
  });
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      const isDone = "held" in told || "skipped" in told;
      resolve(isDone ? told : { ...told, held: false, figure: `ended with ${signal ?? code}` });
    });
  });
}

const started = performance.now();
const outcomes = new Map();
async function play(name) {
  const begun = performance.now();
  outcomes.set(name, await played(name));
  console.error(`${name}: ${Math.round((performance.now() - begun) / 1000)} s`);
}
const isAlone = new Map();
for (const name of names) {
  const { row } = await import(pathToFileURL(path.join(root, `dist/trust/${name}.mjs`)).href);
  isAlone.set(name, row.alone === true);
}
for (const name of names.filter((name) => isAlone.get(name))) await play(name);
const together = names.filter((name) => !isAlone.get(name));
const lane = async () => {
  for (let name = together.shift(); name !== undefined; name = together.shift()) await play(name);
};
await Promise.all([lane(), lane()]);
const rows = names.map((name) => outcomes.get(name));
const minutes = ((performance.now() - started) / 60_000).toFixed(1);
const measured = `Measured on ${today()} in ${minutes} minutes on ${hardware()}.`;
console.log(`${tableOf(rows)}\n\n${measured}\n`);
for (const line of rows.flatMap(({ details = [] }) => details)) console.log(line);

const broken = rows.filter(({ held }) => held === false);
console.log(broken.length === 0 ? "All held." : `NOT KEPT: ${broken.map(({ promise }) => promise).join("; ")}`);
if (values.write) {
  const text = `${tableOf(rows)}\n\n${measured}`;
  writeFileSync("README.md", betweenMarks(readFileSync("README.md", "utf8"), "npm run trust -- --write", text));
}
process.exit(broken.length === 0 ? 0 : 1);
