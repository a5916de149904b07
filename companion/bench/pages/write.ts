/** `npm run bench -- … --write`: what a part of the bench prints, in the pages that have its marks (marks.mjs). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import { packageRoot } from "../../root.ts";
import { type Asked, markOf } from "../parts.ts";
import { UNMET } from "../report.ts";
import { beginOf, betweenMarks } from "./marks.mjs";

/** Runs the bench once more, without `--write`, and puts what it prints into the pages. Resolves to its exit code. */
export async function writeBench(asked: Asked, argv: readonly string[]): Promise<number> {
  const mark = markOf(asked);
  const pages = pagesWith(mark);
  if (pages.length === 0)
    throw new Problem("request-invalid", `No page has a place for it: write "${beginOf(mark)}" and an end into one.`);
  const { text, code } = await told(argv.filter((arg) => arg !== "--write"));
  // A promise that does not hold is a figure, too; what broke off is none.
  if (code !== 0 && code !== UNMET) throw new Error("The bench broke off: no page was changed.");
  for (const page of pages) {
    const before = readFileSync(page, "utf8");
    writeFileSync(page, betweenMarks(before, mark, blockOf(text, { ...asked, page })));
    console.error(`Written into ${path.relative(packageRoot(), page)}.`);
  }
  return code;
}

function pagesWith(mark: string): string[] {
  const docs = path.join(packageRoot(), "docs");
  const names = readdirSync(docs).filter((name) => name.endsWith(".md"));
  return [path.join(packageRoot(), "README.md"), ...names.map((name) => path.join(docs, name))].filter((page) =>
    readFileSync(page, "utf8").includes(beginOf(mark)),
  );
}

/** What the bench prints, which is seen as it comes. `code`: null where a signal ended it. */
async function told(argv: readonly string[]): Promise<{ text: string; code: number | null }> {
  const args = [process.argv[1]!, "bench", ...argv];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    process.stdout.write(chunk);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { text, code };
}

/** The first line, which says when and where, then the rest: as it is, or as lines of a program. */
export function blockOf(
  text: string,
  { name, part, options, page }: Pick<Asked, "name" | "part" | "options"> & { readonly page: string },
): string {
  const [first, ...rest] = text.trim().split("\n");
  const body = rest.join("\n").trim();
  const picture = options.plot && `![${name}](${path.relative(path.dirname(page), path.resolve(options.plot))})`;
  return [first, ...(picture ? [picture] : []), part.isMarkdown ? body : `\`\`\`text\n${body}\n\`\`\``].join("\n\n");
}
