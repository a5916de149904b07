import { hostname, userInfo } from "node:os";
import type { Config } from "../config.ts";
import { visibleLines } from "../library/plain-text.ts";

/** A sentence with what it quotes left out. */
export const withoutQuotes = (line: string): string => line.replace(/"[^"]*"|“[^”]*”/g, "…");

/** Nobody can tell where a path with spaces ends: it takes the rest of its line, or of its parenthesis. */
const REST = "[^\"'“”()\\n]*";
/** Where a folder's own name ends: `/data-2` does not lie in `/data`. */
const END = "(?![\\w-])";
/** An absolute path of POSIX or Windows, of the person's home, or a file's address. */
const PATH = new RegExp(`(?:file://|(?:\\b[A-Za-z]:[\\\\/]|\\\\\\\\|(?<![\\w.:/<>])~?/)(?=[^\\s/]))${REST}`, "g");

/**
 * Removes whose machine it is from text that is shared: folders, whatever is quoted, the person's and the machine's name. The
 * program's own files stay: they tell where something broke.
 */
export function redactor({ home, root, modelsFolders }: Pick<Config, "home" | "root" | "modelsFolders">) {
  const folders = [
    ...modelsFolders.map(
      (folder, i) => [new RegExp(`${escaped(folder)}${END}(?:[\\\\/]${REST})?`, "g"), `<models ${i + 1}>`] as const,
    ),
    [new RegExp(`${escaped(home)}${END}(?:[\\\\/]${REST})?`, "g"), "<data>"] as const,
    [new RegExp(`(?:file://)?${escaped(root)}${END}`, "g"), "<program>"] as const,
  ];
  const names = [
    [userInfo().username, "<person>"],
    [hostname(), "<machine>"],
  ].map(([name, mark]) => [new RegExp(`(?<!\\w)${escaped(name!)}(?!\\w)`, "gi"), mark!] as const);
  return (text: string): string => {
    const marked = folders.reduce((rest, [folder, mark]) => rest.replace(folder, mark), text);
    const bare = withoutQuotes(marked).replace(PATH, "<path>");
    return visibleLines(names.reduce((rest, [name, mark]) => rest.replace(name, mark), bare));
  };
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
