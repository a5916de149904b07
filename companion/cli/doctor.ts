/** `underpaint doctor`: looks at everything that can be wrong, and says how to put it right. */
import { parseArgs } from "node:util";
import { Problem } from "../../shared/problem.ts";
import { readConfig } from "../config.ts";
import { CHECKS, examine, type Finding } from "./checks.ts";
import { Terminal } from "./terminal.ts";

const OPTIONS = {
  models: { type: "string", multiple: true },
  provider: { type: "string" },
  port: { type: "string" },
} as const;

/** Resolves to 0 where everything works (warnings included), to 1 otherwise. */
export async function runDoctor(args: string[]): Promise<number> {
  const { models, provider, port } = readArguments(args);
  const config = readConfig({ models, provider, port: port === undefined ? undefined : Number(port) });
  const terminal = new Terminal();
  const marks = { ok: terminal.green("✓"), warn: terminal.yellow("!"), bad: terminal.red("✗") };
  const all: Finding[] = [];
  terminal.print();
  for (const check of CHECKS) {
    for (const finding of await examine(check, config)) {
      all.push(finding);
      terminal.print(`  ${marks[finding.mark]} ${finding.text}`);
      if (finding.fix !== undefined) terminal.print(`      ${terminal.dim(finding.fix)}`);
    }
  }
  const broken = all.filter(({ mark }) => mark === "bad").length;
  terminal.print(
    broken === 0 ? "\n  All is well.\n" : `\n  ${broken} ${broken === 1 ? "thing needs" : "things need"} fixing.\n`,
  );
  return broken === 0 ? 0 : 1;
}

function readArguments(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new Problem("request-invalid", `${(error as Error).message}: "underpaint help" shows what there is.`);
  }
}
