/** `underpaint doctor`: looks at everything that can be wrong, and says how to put it right. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { Problem } from "../../shared/problem.ts";
import { readConfig } from "../config.ts";
import { CHECKS, examine, type Finding } from "./checks.ts";
import { deepChecks } from "./deep-checks.ts";
import { reportText } from "./report.ts";
import { Terminal } from "./terminal.ts";

const OPTIONS = {
  models: { type: "string", multiple: true },
  provider: { type: "string" },
  port: { type: "string" },
  deep: { type: "boolean", default: false },
  report: { type: "boolean", default: false },
} as const;

/** What `--report` writes, in the folder where it is called. */
const REPORT_FILE = "underpaint-report.txt";

/**
 * With --report writes what it finds as one text file that can be shared. With --deep also every model and add-on, which reads all their bytes. Resolves to 0 where everything works (warnings included), to 1 otherwise.
 */
export async function runDoctor(args: string[]): Promise<number> {
  const { models, provider, port, deep, report } = readArguments(args);
  const config = readConfig({ models, provider, port: port === undefined ? undefined : Number(port) });
  const terminal = new Terminal();
  if (report) {
    const file = path.resolve(REPORT_FILE);
    writeFileSync(file, await reportText(config));
    terminal.print(`\n  ${file} can be shared: it names no person, no folder, no model and no prompt.\n`);
    return 0;
  }
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
