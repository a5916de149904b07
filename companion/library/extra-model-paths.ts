/**
 * ComfyUI's extra_model_paths.yaml: sections with a `base_path`, and folders below it by kind. Of YAML only what such files
 * hold is read: two levels of keys; plain or quoted values, `|` with one folder a line, and lists with one folder an item.
 */
import { homedir } from "node:os";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import { readTextFile } from "../checkpoint/files/json-file.ts";

interface Line {
  /** Of the file, from 1. */
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

/** Keys that name no folder of models. */
const OTHER_KEYS = new Set(["base_path", "is_default", "custom_nodes"]);

/** Absolute folders, each once; none where there is no such file. Throws Problem "config-invalid" for any other YAML. */
export function readExtraModelPaths(file: string): string[] {
  const text = readTextFile(file)?.replace(/^\ufeff/, "") ?? "";
  const sections = sectionsOf(linesOf(text), (line) => {
    throw new Problem(
      "config-invalid",
      `Line ${line.number} of "${file}" is YAML that Underpaint does not read: add its folders with --models instead.`,
    );
  });
  const folders = sections.flatMap((section) => {
    const base = path.resolve(path.dirname(file), expanded(section.get("base_path")?.[0] ?? "."));
    return [...section]
      .filter(([key]) => !OTHER_KEYS.has(key))
      .flatMap(([, places]) => places.map((place) => path.resolve(base, expanded(place))));
  });
  return [...new Set(folders)];
}

function linesOf(text: string): Line[] {
  return text.split(/\r?\n/).flatMap((whole, index) => {
    const line = whole.replace(/(?:^|\s)#.*$/, "").trimEnd();
    const indent = line.length - line.trimStart().length;
    return /^(?:---|\.\.\.)?$/.test(line.trim()) ? [] : [{ number: index + 1, indent, text: line.trim() }];
  });
}

/** The folders of each section by their kind. */
function sectionsOf(lines: readonly Line[], refuse: (line: Line) => never): Map<string, string[]>[] {
  const sections: Map<string, string[]>[] = [];
  /** The key whose folders the next lines may be. */
  let open: { readonly indent: number; readonly kind: "block" | "list"; readonly places: string[] } | undefined;
  for (const line of lines) {
    if (open?.kind === "block" && line.indent > open.indent) {
      open.places.push(line.text);
      continue;
    }
    const item = /^-\s+(.*)$/.exec(line.text)?.[1];
    if (open?.kind === "list" && item !== undefined && line.indent >= open.indent) {
      open.places.push(...placesIn(item, line, refuse));
      continue;
    }
    const [, quoted, plain, value = ""] =
      /^(?:(["'])(?:.+?)\1|([^\s"'&*!{[#-][^:]*)):(?:\s+(.*))?$/.exec(line.text) ?? [];
    if (quoted === undefined && plain === undefined) refuse(line);
    if (line.indent === 0) {
      if (value !== "") refuse(line);
      sections.push(new Map());
      open = undefined;
      continue;
    }
    if (sections.length === 0 || (open?.kind === "list" && line.indent > open.indent)) refuse(line);
    const isBlock = /^\|[+-]?$/.test(value);
    const places = isBlock ? [] : placesIn(value, line, refuse);
    const key = line.text.slice(0, line.text.indexOf(":")).replace(/^(["'])(.*)\1$/, "$2");
    sections.at(-1)!.set(key, places);
    open = isBlock || value === "" ? { indent: line.indent, kind: isBlock ? "block" : "list", places } : undefined;
  }
  return sections;
}

/** A folder, or none where nothing is said. */
function placesIn(text: string, line: Line, refuse: (line: Line) => never): string[] {
  if (/^[&*!{[>|@`%]/.test(text)) refuse(line);
  const [, single] = /^'((?:[^']|'')*)'$/.exec(text) ?? [];
  const [, double] = /^"((?:[^"\\]|\\.)*)"$/.exec(text) ?? [];
  const value = single?.replaceAll("''", "'") ?? double?.replace(/\\(["\\/])/g, "$1") ?? text;
  return ["", "~", "null", "Null", "NULL"].includes(text) || value === "" ? [] : [value];
}

/** `~` and the environment's variables, as ComfyUI expands them. */
const expanded = (place: string): string =>
  place
    .replace(/^~(?=$|[/\\])/, homedir())
    .replace(/\$(?:\{(\w+)\}|(\w+))|%(\w+)%/g, (whole, a, b, c) => process.env[a ?? b ?? c] ?? whole);
