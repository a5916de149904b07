/** The packages with machine code, for one system: what stays outside the bundle. */
import { cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { npm } from "./npm.mjs";

/** Which packages the bundle leaves outside. */
export const NATIVE = ["onnxruntime-node", "sharp", "@photostructure/sqlite"];
/** What only their install scripts need. */
const FOR_INSTALLING = new Set(["adm-zip", "global-agent", "node-addon-api"]);
/** Folders in them that no program reads: sources, scripts, types. */
const SOURCES = ["src", "install", "script", "scripts"];

/** Installs by the lockfile as that system would, and copies the native packages with what they need to `into`. */
export async function copyNativePackages(system, { root, scratch, into }) {
  for (const file of ["package.json", "package-lock.json", ".npmrc"])
    await cp(path.join(root, file), path.join(scratch, file));
  const asIf = [`--os=${system.os}`, `--cpu=${system.cpu}`, ...(system.os === "linux" ? ["--libc=glibc"] : [])];
  npm(["ci", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error", ...asIf], scratch);
  const from = path.join(scratch, "node_modules");
  const names = await closure(from, NATIVE);
  for (const name of names) {
    await mkdir(path.dirname(path.join(into, name)), { recursive: true });
    await cp(path.join(from, name), path.join(into, name), { recursive: true });
    for (const folder of SOURCES) await rm(path.join(into, name, folder), { recursive: true, force: true });
  }
  await keepOnly(path.join(into, "onnxruntime-node/bin/napi-v6"), system.os, system.cpu);
  await keepOnly(path.join(into, "@photostructure/sqlite/prebuilds"), `${system.os}-${system.cpu}`);
  return names;
}

/** The packages and what they depend on, optional ones where they are installed. */
async function closure(folder, names) {
  const found = new Set();
  const visit = async (name) => {
    if (found.has(name) || FOR_INSTALLING.has(name)) return;
    const manifest = await readFile(path.join(folder, name, "package.json"), "utf8").catch(() => null);
    if (manifest === null) return;
    found.add(name);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(manifest);
    for (const other of Object.keys({ ...dependencies, ...optionalDependencies })) await visit(other);
  };
  for (const name of names) await visit(name);
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`Not installed: ${missing.join(", ")}`);
  return [...found];
}

/** Deletes everything beside the path that the names lead down. */
async function keepOnly(folder, ...names) {
  const [name, ...rest] = names;
  const all = await readdir(folder);
  if (!all.includes(name)) throw new Error(`There is no ${name} in ${path.basename(folder)}: ${all.join(", ")}`);
  for (const other of all.filter((each) => each !== name))
    await rm(path.join(folder, other), { recursive: true, force: true });
  if (rest.length > 0) await keepOnly(path.join(folder, name), ...rest);
}
