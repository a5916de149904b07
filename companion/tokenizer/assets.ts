import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { packageRoot } from "../root.ts";

/** The merges in a file of assets/, most frequent first. */
export function mergesIn(name: string): string[] {
  const file = path.join(packageRoot(), "companion", "tokenizer", "assets", name);
  return gunzipSync(readFileSync(file)).toString("utf8").trimEnd().split("\n");
}
