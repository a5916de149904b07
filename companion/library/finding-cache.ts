/**
 * What files were found to be, kept between starts: a library of thousands is looked through in a moment then. Only for the build
 * of Underpaint that wrote it, since another one may judge differently; nothing is used from here but for lists.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import type { Finding } from "./inspect.ts";

export interface Known {
  /** Of the file and its side-cars. */
  readonly signature: string;
  readonly finding: Finding;
  /** Where the finding depends on files near it: `stampNear` of its folder then. */
  readonly near?: string;
}

export interface FindingCacheOptions {
  /** JSON; where it cannot be read, all is found out again. */
  readonly file: string;
  /** The build that looks. */
  readonly build: string;
}

/** To be raised where a finding has other fields, or is judged by other rules: also builds that have no name differ then. */
const VERSION = 9;

const SAVED = v.object({
  version: v.literal(VERSION),
  build: v.string(),
  known: v.array(
    v.tuple([
      v.string(),
      v.object({
        signature: v.string(),
        finding: v.looseObject({ kind: v.string() }),
        near: v.optional(v.string()),
      }),
    ]),
  ),
});

/** By path. */
export function readFindings({ file, build }: FindingCacheOptions): Map<string, Known> {
  try {
    const saved = v.parse(SAVED, JSON.parse(readFileSync(file, "utf8")));
    return saved.build === build ? new Map(saved.known as unknown as [string, Known][]) : new Map();
  } catch {
    return new Map();
  }
}

/** Entries, the newest: files come and go. */
const MOST = 20_000;

/**
 * Replaces the file in one move. Problems are not kept: what to do about them is often beside the file (rights, folders that
 * links lead to). A disk without room or rights costs time at the next start, and nothing else.
 */
export function saveFindings(known: ReadonlyMap<string, Known>, { file, build }: FindingCacheOptions): void {
  const next = `${file}.${process.pid}.new`;
  try {
    const kept = [...known].filter(([, { finding }]) => finding.kind !== "problem").slice(-MOST);
    writeFileSync(next, JSON.stringify({ version: VERSION, build, known: kept }), { mode: 0o600 });
    renameSync(next, file);
  } catch {
    rmSync(next, { force: true });
  }
}
