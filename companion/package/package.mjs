/**
 * `npm run package`: one folder and one zip in dist/packages for each system, that starts with a double-click where there is
 * no Node. `npm run package -- linux-x64 …` makes just those, `-- this` that of this machine; `--folder-only` leaves the zip
 * out. Asks nothing but the package registry.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { at, buildAll } from "../build.mjs";
import { carriedParts } from "./carried-parts.mjs";
import { launcherOf, launchers } from "./launchers.mjs";
import { bundledPackages, licenceTexts } from "./licences.mjs";
import { copyNativePackages, NATIVE } from "./native-packages.mjs";
import { copyNode } from "./node-binary.mjs";
import { SYSTEMS, thisSystem } from "./systems.mjs";
import { zipFolder } from "./zip.mjs";

/** What of the project the program reads while it runs. */
const CARRIED = ["manifest.json", "LICENSE", "starter/weights", "companion/tokenizer/assets"];

async function makePackage(system, { zip }) {
  const { version } = JSON.parse(await readFile(at("package.json"), "utf8"));
  const folder = at("dist/packages", `underpaint-${version}-${system.name}`);
  await rm(folder, { recursive: true, force: true });
  const app = path.join(folder, "app");
  const scratch = await mkdtemp(path.join(tmpdir(), "underpaint-package-"));
  try {
    const metafiles = await buildAll({ outdir: path.join(app, "dist"), external: NATIVE, sourcemap: false });
    for (const name of CARRIED) await cp(at(name), path.join(app, name), { recursive: true });
    // What the program finds its own folder by.
    const manifest = { name: "underpaint", version, type: "module", private: true };
    await writeFile(path.join(app, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    const modules = path.join(app, "node_modules");
    const native = await copyNativePackages(system, { root: at(), scratch, into: modules });
    await copyNode(system, { scratch: path.join(scratch, "node"), folder });
    const bundled = metafiles.flatMap((metafile) => [...bundledPackages(metafile)]);
    const carried = [...bundled.map((name) => [name, at("node_modules")]), ...native.map((name) => [name, modules])];
    await writeFile(
      path.join(app, "licences.txt"),
      await licenceTexts(new Map(carried), await carriedParts(system, app)),
    );
    for (const [name, text] of launchers(system, version))
      await writeFile(path.join(folder, name), text, { mode: name === launcherOf(system) ? 0o755 : 0o644 });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  if (!zip) return console.log(`${system.name}: ${folder}`);
  const bytes = await zipFolder(folder, `${folder}.zip`);
  console.log(`${system.name}: ${(bytes / 1e6).toFixed(1)} MB zipped, ${path.basename(folder)}.zip`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { "folder-only": { type: "boolean", default: false } },
});
const chosen = positionals.map((name) => (name === "this" ? thisSystem() : SYSTEMS.find((each) => each.name === name)));
if (chosen.includes(undefined)) {
  console.error(`There is no program for that system: choose among ${SYSTEMS.map(({ name }) => name).join(", ")}.`);
  process.exit(1);
}
await mkdir(at("dist/packages"), { recursive: true });
for (const system of chosen.length > 0 ? chosen : SYSTEMS) await makePackage(system, { zip: !values["folder-only"] });
