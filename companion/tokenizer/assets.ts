import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { packageRoot } from "../root.ts";

/** What a file of assets/ holds. */
export const dataIn = (name: string): Uint8Array =>
  gunzipSync(readFileSync(path.join(packageRoot(), "companion", "tokenizer", "assets", name)));

/** The merges in a file of assets/, most frequent first. */
export const mergesIn = (name: string): string[] => new TextDecoder().decode(dataIn(name)).trimEnd().split("\n");
