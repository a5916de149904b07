/** ComfyUI's extra_model_paths.yaml: sections with a `base_path`, and folders below it by kind. */
import { homedir } from "node:os";
import path from "node:path";
import * as v from "valibot";
import { parseDocument } from "yaml";
import { Problem } from "../../shared/problem.ts";
import { readTextFile } from "../checkpoint/files/json-file.ts";

/** Keys that name no folder of models. */
const OTHER_KEYS = new Set(["base_path", "is_default", "custom_nodes"]);

/** A folder, one a line (as ComfyUI splits them), or a list; nothing where a kind has none. */
const places = v.nullable(v.union([v.string(), v.number(), v.boolean(), v.array(v.string())]));
const isMapping = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
const mapping = <S extends v.GenericSchema<unknown, unknown>>(of: S) =>
  v.nullable(v.pipe(v.custom<object>(isMapping, "a mapping"), v.record(v.string(), of)));
const sections = mapping(mapping(places));

/** Absolute folders, each once; none where there is no such file. Throws Problem "config-invalid" naming the line. */
export function readExtraModelPaths(file: string): string[] {
  const text = readTextFile(file) ?? "";
  const folders = Object.values(parsed(text, file) ?? {}).flatMap((section) => {
    const base = path.resolve(path.dirname(file), expanded(placesIn(section?.base_path)[0] ?? "."));
    return Object.entries(section ?? {})
      .filter(([key]) => !OTHER_KEYS.has(key))
      .flatMap(([, value]) => placesIn(value).map((place) => path.resolve(base, expanded(place))));
  });
  return [...new Set(folders)];
}

function parsed(text: string, file: string): v.InferOutput<typeof sections> {
  const refuse = (why: string) =>
    new Problem(
      "config-invalid",
      `"${file}" is not what ComfyUI writes (${why}): mend it, or add its folders with --models.`,
    );
  // Its warnings would print what the file says as it is; aliases could multiply a small file without end.
  const document = parseDocument(text, { logLevel: "error" });
  const [error] = document.errors;
  if (error) throw refuse(`line ${error.linePos?.[0].line ?? 1}: ${error.code}`);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch {
    throw refuse("it repeats parts of itself by aliases");
  }
  const checked = v.safeParse(sections, value);
  if (checked.success) return checked.output;
  throw refuse(`at ${v.getDotPath(checked.issues[0]) ?? "its top"}: folders by kind in sections are expected`);
}

function placesIn(value: v.InferOutput<typeof places> | undefined): string[] {
  const all = Array.isArray(value) ? value : String(value ?? "").split("\n");
  return all.map((place) => place.trim()).filter((place) => place !== "");
}

/** `~` and the environment's variables, as ComfyUI expands them. */
const expanded = (place: string): string =>
  place
    .replace(/^~(?=$|[/\\])/, homedir())
    .replace(/\$(?:\{(\w+)\}|(\w+))|%(\w+)%/g, (whole, a, b, c) => process.env[a ?? b ?? c] ?? whole);
