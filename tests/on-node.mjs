/**
 * `node tests/on-node.mjs VERSION …`: types, unit tests and one picture under other versions of Node, whose binaries come from
 * the package registry. The picture must have the same bytes as under this one; what else onnxruntime computes is not computed
 * again. Ends with `N passed, N failed, N skipped` over all of them.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const scratch = mkdtempSync(path.join(tmpdir(), "underpaint-node-"));
const { platform, arch } = process;
const carrier = `node${platform === "darwin" && arch === "arm64" ? "-bin" : ""}-${platform === "win32" ? "win" : platform}-${arch}`;

/** Node's binary of a version. */
function binary(version) {
  const folder = mkdtempSync(path.join(scratch, "binary-"));
  const packed = spawnSync("npm", ["pack", `${carrier}@${version}`, "--pack-destination", folder], {
    cwd: folder,
    shell: platform === "win32",
  });
  if (packed.status !== 0) throw new Error(`${carrier}@${version} could not be had:\n${packed.stderr}`);
  const archive = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (spawnSync("tar", ["-xzf", archive], { cwd: folder }).status !== 0)
    throw new Error(`tar could not unpack ${archive}`);
  return path.join(folder, "package/bin", platform === "win32" ? "node.exe" : "node");
}

const request = path.join(scratch, "request.json");
writeFileSync(
  request,
  JSON.stringify({ model: "starter", prompt: "red apple", seed: 421, steps: 4, guidanceScale: 4 }),
);

/** Of the picture that a Node paints. */
function pictureHash(node) {
  const out = mkdtempSync(path.join(scratch, "picture-"));
  const args = ["companion/underpaint.mjs", "generate", request, "--out", out];
  const env = { ...process.env, UNDERPAINT_PROVIDER: "cpu" };
  const { status, stderr } = spawnSync(node, args, { cwd: root, encoding: "utf8", env });
  if (status !== 0) throw new Error(`No picture: ${stderr}`);
  return createHash("sha256")
    .update(readFileSync(path.join(out, "image.png")))
    .digest("hex");
}

const totals = { passed: 0, failed: 0, skipped: 0 };
const say = (what, isRight) => {
  console.log(`${isRight ? "✓" : "✕"} ${what}`);
  totals[isRight ? "passed" : "failed"]++;
};

/** Folders of tests that say little about a Node: of numbers, of attacks that take long, of what is packed. */
const LEFT_OUT = [
  "package|trust|fuzz|starter",
  "parity|networks|adapters|schedulers|pipeline|image|runtime",
  "checkpoint/same-picture|library/sweep",
];

/** `npm run unit` under `node`, without those: its closing line counts. */
function unitTests(node) {
  const { stdout, status } = spawnSync(
    node,
    ["tests/run.mjs", "unit", "--testPathIgnorePatterns", `tests/(${LEFT_OUT.join("|")})`],
    {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      maxBuffer: 1 << 28,
    },
  );
  const [, ...counts] = /(\d+) passed, (\d+) failed, (\d+) skipped\s*$/.exec(stdout) ?? [];
  if (counts.length === 0) return say("unit tests ended without a count", false);
  for (const line of stdout.trimEnd().split("\n"))
    if (/^(failed|unsteady)|passed, \d+ failed/.test(line)) console.log(line);
  for (const [i, key] of Object.keys(totals).entries()) totals[key] += Number(counts[i]);
  if (status !== 0 && counts[1] === "0") say("unit tests ended as failed without a failure", false);
}

/** All of one version; what cannot be had is a failure of that version alone. */
function check(version, expected) {
  console.log(`Node ${version}`);
  try {
    const node = binary(version);
    for (const project of ["tsconfig.json", "plugin/main/tsconfig.json"]) {
      const { status } = spawnSync(node, ["node_modules/typescript/bin/tsc", "--noEmit", "-p", project], { cwd: root });
      say(`types of ${project}`, status === 0);
    }
    say(`the same picture as under Node ${process.versions.node}`, pictureHash(node) === expected);
    unitTests(node);
  } catch (error) {
    say(error.message, false);
  }
}

try {
  const expected = pictureHash(process.execPath);
  for (const version of process.argv.slice(2)) check(version, expected);
} catch (error) {
  say(error.message, false);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 ? 0 : 1);
