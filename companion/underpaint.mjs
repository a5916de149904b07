#!/usr/bin/env node
/**
 * The `underpaint` command: installs the packages where they are missing, builds where the sources are newer than dist/, and
 * hands over to dist/companion/main.js. Plain JavaScript without packages, because it is what runs on a fresh clone.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => path.join(root, ...parts);
const SOURCES = ["package.json", "shared", "plugin", "companion", "playground"];

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

function run(what, command, args) {
  console.error(`${what} …`);
  // stdout belongs to the command that the person typed.
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) fail(`"${command} ${args.join(" ")}" failed: see above, put that right and start again.`);
}

/** True where a package that package.json names is absent or of another version. */
function lacksPackages() {
  const { dependencies } = JSON.parse(readFileSync(at("package.json"), "utf8"));
  return Object.entries(dependencies).some(([name, version]) => {
    const manifest = at("node_modules", name, "package.json");
    return !existsSync(manifest) || JSON.parse(readFileSync(manifest, "utf8")).version !== version;
  });
}

/** Milliseconds since 1970 of the last change below `place`. */
function newest(place) {
  const status = statSync(place);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(status.mtimeMs, ...readdirSync(place).map((name) => newest(path.join(place, name))));
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19))
  fail(`Underpaint needs Node.js 20.19 or newer and this is ${process.versions.node}: install a newer one.`);

if (!existsSync(at("node_modules")))
  run("Installing the packages (once, about a minute)", "npm", ["ci", "--no-fund", "--loglevel=error"]);
else if (lacksPackages())
  run("Updating the packages", "npm", ["install", "--no-fund", "--no-save", "--loglevel=error"]);

const built = existsSync(at("dist/build-id")) ? statSync(at("dist/build-id")).mtimeMs : 0;
if (Math.max(...SOURCES.map((name) => newest(at(name)))) > built)
  run("Building", process.execPath, [at("companion/build.mjs")]);

await import(pathToFileURL(at("dist/companion/main.js")).href);
