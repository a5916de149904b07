/** `npm run sbom`: the dependencies of the lockfile, for every system, as CycloneDX JSON on stdout. `-- --omit=dev`: what runs. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { npm } from "./npm.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const format = ["--sbom-format=cyclonedx", "--sbom-type=application", "--package-lock-only"];
const sbom = JSON.parse(npm(["sbom", ...format, ...process.argv.slice(2)], root));
// npm calls it after the folder that it lies in.
sbom.metadata.component.name = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).name;
console.log(JSON.stringify(sbom, null, 2));
