/** `underpaint doctor`: looks at everything that can be wrong, and says how to put it right. */
import { parseArgs } from "node:util";
import { Problem } from "../../shared/problem.ts";
import { readConfig } from "../config.ts";
import { CHECKS, examine, type Finding } from "./checks.ts";
import { deepChecks } from "./deep-checks.ts";
import { Terminal } from "./terminal.ts";

const OPTIONS = {
  models: { type: "string", multiple: true },
  provider: { type: "string" },
  port: { type: "string" },
  deep: { type: "boolean", default: false },
} as const;

/**
 * With --deep also every model and add-on, which reads all their bytes. Resolves to 0 where everything works (warnings included), to 1 otherwise.
 */
export async function runDoctor(args: string[]): Promise<number> {
  const { models, provider, port, deep } = readArguments(args);
  const config = readConfig({ models, provider, port: port === undefined ? undefined : Number(port) });
  const terminal = new Terminal();
  const marks = { ok: terminal.green("✓"), warn: terminal.yellow("!"), bad: terminal.red("✗") };
  const all: Finding[] = [];
  const tell = (finding: Finding) => {
    all.push(finding);
    terminal.print(`  ${marks[finding.mark]} ${finding.text}`);
    if (finding.fix !== undefined) terminal.print(`      ${terminal.dim(finding.fix)}`);
  };
  terminal.print();
  for (const check of CHECKS) (await examine(check, config)).forEach(tell);
  if (deep) {
    terminal.print();
    // Only a terminal can take a line back.
    const say = (line: string) => process.stdout.isTTY && terminal.setFooter(line);
    for (const { name, check } of await deepChecks(config)) {
      say(terminal.dim(`  Examining ${name} …`));
      const findings = await examine(check, config, name);
      say("");
      findings.forEach(tell);
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
