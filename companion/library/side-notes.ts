/**
 * What a model's folder says about it beside its networks: `underpaint.json`, `provenance.json`, `suggestions.json`; or what
 * lies beside its file.
 */
import path from "node:path";
import * as v from "valibot";
import { Problem } from "../../shared/problem.ts";
import type { ModelInfo } from "../../shared/protocol.ts";
import { readJsonFile } from "../checkpoint/files/json-file.ts";
import type { OpenOptions } from "../checkpoint/files/safetensors.ts";

const guidance = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const line = v.pipe(v.string(), v.minLength(1), v.maxLength(1000));

/** Anything else in it is an error, so that a misspelt field is noticed. */
const NOTES = v.strictObject({
  name: v.optional(line),
  note: v.optional(line),
  /** It draws its suggestions and hardly anything else. */
  drawsOnlySuggestions: v.optional(v.boolean()),
  /** Measured: the share of a picture that Edit changes at the strengths 0.1, 0.2 … 1, where the words name something else. */
  editChanges: v.optional(v.pipe(v.array(v.pipe(v.number(), v.minValue(0), v.maxValue(1))), v.length(10))),
  licence: v.optional(line),
  /** Pixels. */
  nativeSize: v.optional(v.pipe(v.number(), v.integer(), v.minValue(64), v.maxValue(4096))),
  defaults: v.optional(
    v.strictObject({
      steps: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
      guidanceScale: v.optional(guidance),
      /** In Edit, where a smaller one keeps more of the picture. */
      editGuidanceScale: v.optional(guidance),
      scheduler: v.optional(line),
    }),
  ),
});
const PROVENANCE = v.object({ sets: v.pipe(v.array(v.object({ name: line, licence: line })), v.maxLength(1000)) });
const SUGGESTIONS = v.pipe(v.array(line), v.maxLength(1000));

export interface SideNotes extends v.InferOutput<typeof NOTES> {
  readonly provenance?: ModelInfo["provenance"];
  readonly suggestions: readonly string[];
}

/** Reads the notes in `folder`; what is not there is absent. Throws Problem "config-invalid" where one is not what it should be. */
export function readSideNotes(folder: string, options: OpenOptions = {}): SideNotes {
  const read = <T>(name: string, schema: v.GenericSchema<unknown, T>) =>
    readNotes(path.join(folder, name), schema, { ...options, label: `${path.basename(folder)}/${name}` });
  const sets = read("provenance.json", PROVENANCE)?.sets;
  return {
    ...read("underpaint.json", NOTES),
    ...(sets && { provenance: sets.map(({ name, licence }) => ({ name, licence })) }),
    suggestions: read("suggestions.json", SUGGESTIONS) ?? [],
  };
}

/** The same for a single file, whose notes are in `NAME.underpaint.json`. */
export function readNotesBeside(file: string | undefined, options: OpenOptions = {}): SideNotes {
  const notes = file && readNotes(file, NOTES, { ...options, label: path.basename(file) });
  return { ...notes, suggestions: [] };
}

function readNotes<T>(
  file: string,
  schema: v.GenericSchema<unknown, T>,
  { label, ...options }: OpenOptions & { readonly label: string },
): T | undefined {
  const json = readJsonFile(file, options);
  if (json === undefined) return undefined;
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Problem(
    "config-invalid",
    `"${label}" is not as expected at "${v.getDotPath(issue) ?? ""}" (${issue.message}): correct or delete it.`,
  );
}
