/**
 * Runs one of tests/browser/tools: `node tests/browser/tool.mjs characters`, `… expand`, `… latency`, `… klein`, `… live`, `… panel`, `… pictures`, `… scene`, `… screenshot` or `… zimage`. Builds first, so that it shows the
 * sources as they are.
 */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const [name = ""] = process.argv.slice(2);
const source = path.join(root, "tests/browser/tools", `${name}.ts`);
if (!/^\w+$/.test(name) || !existsSync(source)) {
  console.error("Name a tool: characters, expand, klein, latency, live, panel, pictures, scene, screenshot or zimage.");
  process.exit(1);
}
if (process.env.UNDERPAINT_BUILT === undefined)
  spawnSync(process.execPath, ["companion/build.mjs"], { cwd: root, stdio: "inherit" });
// Inside the project, so that its packages are found.
const outfile = path.join(root, `dist/tool-${name}-${process.pid}.mjs`);
try {
  await build({ entryPoints: [source], outfile, bundle: true, format: "esm", platform: "node", packages: "external" });
  const { run } = await import(pathToFileURL(outfile).href);
  await run(root);
} finally {
  rmSync(outfile, { force: true });
}
