import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of Underpaint's own package.json, above this file: assets and the starter model lie below it. */
export function packageRoot(): string {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, "package.json");
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).name === "underpaint") return folder;
    if (folder === path.dirname(folder))
      throw new Error("Underpaint's own folder was not found above its program files");
  }
}

const manifest = () => JSON.parse(readFileSync(path.join(packageRoot(), "package.json"), "utf8"));

/** "0.1.0" */
export const packageVersion = (): string => manifest().version;

/** Of a package that ours needs; undefined where its program was packed without it. */
export const versionOf = (name: string): string | undefined => manifest().dependencies?.[name];
