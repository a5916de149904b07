/** `settings.json` of the data folder: what a person sets once, and not with every command. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { Problem } from "../shared/problem.ts";

const folder = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(4096),
  v.check(path.isAbsolute, "must be an absolute path"),
);

/** Anything else in it is an error, so that a misspelt field is noticed. */
const SETTINGS = v.strictObject({
  /** Besides the models folder of the data folder: installations of other programs, and folders of models. */
  modelsFolders: v.optional(v.pipe(v.array(folder), v.maxLength(64)), []),
  /** Where models are downloaded from; absent: the Hugging Face hub. */
  downloadEndpoint: v.optional(v.pipe(v.string(), v.url("must be a URL"))),
  /** "enforced": every picture passes its model's content filter, whatever a request says. */
  contentFilter: v.optional(v.picklist(["on-request", "enforced"]), "on-request"),
  /** What finished pictures may take on the disk; the oldest go first, those with a star never. */
  historyGiB: v.optional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(10_000)), 4),
});

export type Settings = v.InferOutput<typeof SETTINGS>;

/** Throws Problem "config-invalid". */
export function readSettings(file: string): Settings {
  const wrong = (what: string) =>
    new Problem("config-invalid", `The settings "${file}" ${what}: correct or delete them.`);
  let json: unknown;
  try {
    json = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  } catch (error) {
    throw wrong(`cannot be read (${(error as Error).message})`);
  }
  if (Array.isArray(json)) throw wrong("are a list, where an object is expected");
  const result = v.safeParse(SETTINGS, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw wrong(`are wrong at "${v.getDotPath(issue) ?? ""}" (${issue.message})`);
}
