/**
 * ComfyUI's extra_model_paths.yaml: sections with a `base_path`, and folders below it by kind. Only what ComfyUI's own example
 * uses is read: two levels, plain or quoted values, and `|` with one folder a line.
 */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";

/** Absolute folders, each once; none where there is no such file. Throws Problem "config-invalid" for any other YAML. */
export function readExtraModelPaths(file: string): string[] {
  if (!existsSync(file)) return [];
  const sections: Map<string, string[]>[] = [];
  let open: string[] | undefined;
  let keyIndent = 0;
  const lines = readFileSync(file, "utf8").split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const text = line.replace(/(?:^|\s)#.*$/, "").trimEnd();
    if (text.trim() === "") continue;
    const indent = text.length - text.trimStart().length;
    const section = sections.at(-1);
    if (open && indent > keyIndent) {
      open.push(text.trim());
      continue;
    }
    open = undefined;
    if (indent === 0 && /^[\w-]+:$/.test(text)) {
      sections.push(new Map());
      continue;
    }
    const [, key, value] = /^\s+([\w-]+):(?:\s+(.*))?$/.exec(text) ?? [];
    if (indent === 0 || key === undefined || section === undefined || /^[&*!{[>-]/.test(value ?? ""))
      throw new Problem(
        "config-invalid",
        `Line ${index + 1} of "${file}" is YAML that Underpaint does not read: add its folders with --models instead.`,
      );
    const places = value === undefined || value === "|" ? [] : [unquoted(value)];
    if (value === "|") {
      open = places;
      keyIndent = indent;
    }
    section.set(key, places);
  }
  const folders = sections.flatMap((section) => {
    const base = path.resolve(path.dirname(file), home(section.get("base_path")?.[0] ?? "."));
    return [...section]
      .filter(([key]) => key !== "base_path" && key !== "is_default" && key !== "custom_nodes")
      .flatMap(([, places]) => places.map((place) => path.resolve(base, home(place))));
  });
  return [...new Set(folders)];
}

const unquoted = (text: string) => /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
const home = (place: string) => place.replace(/^~(?=$|[/\\])/, homedir());
