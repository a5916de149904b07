/** What the lockfile names: every package of every system, installed here or not. */
import { readFileSync } from "node:fs";

/** `root`: the project's folder. `ships`: the companion needs it to run; the rest builds and tests. Sorted by name. */
export function dependencies(root) {
  const { packages } = JSON.parse(readFileSync(new URL("package-lock.json", root), "utf8"));
  return Object.entries(packages)
    .filter(([place]) => place !== "")
    .map(([place, { name, version, license, integrity, dev = false, hasInstallScript = false }]) => ({
      // An alias has its real name beside it.
      name: name ?? place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length),
      ...{ version, licence: license ?? "", integrity, ships: !dev, hasInstallScript },
    }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
