/** `underpaint models`: what is installed, and what is worth installing. */
import { parseArgs } from "node:util";
import { Problem } from "../../shared/problem.ts";
import { readConfig } from "../config.ts";
import { CATALOGUE } from "../library/catalogue.ts";
import { openLibrary } from "../library/library.ts";
import { Terminal } from "./terminal.ts";

const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** Resolves to the exit code. Throws Problem "request-invalid", "config-invalid". */
export async function runModels(args: string[]): Promise<number> {
  const config = readConfig({ models: readArguments(args).models });
  const library = openLibrary({ folders: config.modelsFolders, starter: config.starter });
  const { models, problems } = await library.list();
  const terminal = new Terminal();
  terminal.print(`\n  ${terminal.bold("Installed")}`);
  for (const { id, name, family, nativeSize } of models)
    terminal.print(`  ${name}  ${terminal.dim(`${id} · ${family} · ${nativeSize} px`)}`);
  for (const { name, problem } of problems)
    terminal.print(`  ${terminal.yellow("!")} ${name}  ${terminal.dim(problem.message)}`);
  terminal.print(`\n  ${terminal.bold("Recommended")}`);
  for (const { name, repo, bytes, memoryBytes, goodFor, licence } of CATALOGUE) {
    terminal.print(`  ${name}  ${terminal.dim(`${gb(bytes)} on disk, ${gb(memoryBytes)} of memory`)}`);
    terminal.print(`      ${goodFor}`);
    terminal.print(`      ${terminal.dim(licence)}`);
    terminal.print(`      ${terminal.cyan(`underpaint download ${repo}`)}`);
  }
  terminal.print();
  return 0;
}

function readArguments(args: string[]) {
  try {
    return parseArgs({ args, options: { models: { type: "string", multiple: true } } }).values;
  } catch (error) {
    throw new Problem("request-invalid", `${(error as Error).message}: "underpaint help" shows what there is.`);
  }
}
