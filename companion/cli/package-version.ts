import { readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../root.ts";

/** "0.1.0" */
export function packageVersion(): string {
  return JSON.parse(readFileSync(path.join(packageRoot(), "package.json"), "utf8")).version;
}
