/** The command line: one table of commands, each imported when it is called. Nothing imports this file. */
import { Problem } from "../shared/problem.ts";
import { BENCH_PARTS, BENCH_USAGE } from "./bench/parts.ts";
import { isApart, runApart } from "./cli/apart.ts";
import { print, printError } from "./cli/print.ts";
import { sentence } from "./cli/sentence.ts";
import { whenUnread } from "./cli/when-unread.ts";
import { packageVersion } from "./root.ts";

interface Command {
  readonly usage: string;
  readonly summary: string;
  /** "apart": in a process of its own, see cli/apart.ts. */
  readonly place?: "apart";
  /** Resolves to the exit code. */
  readonly run: (args: string[]) => Promise<number>;
}

const COMMANDS: Record<string, Command> = {
  start: {
    usage:
      "start [--models DIR …] [--provider NAME] [--enforce-content-filter] [--no-open] [--log-prompts] [--profile FILE] [--redis URL [--tls-cert FILE --tls-key FILE]]",
    summary: "Start the companion that the Figma plugin talks to",
    run: async (args) => (await import("./cli/start.ts")).runStart(args),
  },
  worker: {
    usage: "worker --redis URL [--models DIR …] [--provider NAME] [--enforce-content-filter] [--name NAME]",
    summary: "Make a studio's pictures on this machine (see docs/team.md)",
    run: async (args) => (await import("./cli/worker.ts")).runWorker(args),
  },
  generate: {
    usage: "generate REQUEST.json --out DIR [--models DIR …] [--trace] [--profile FILE]",
    summary: "Make one picture from a request file",
    place: "apart",
    run: async (args) => (await import("./cli/generate.ts")).runGenerate(args),
  },
  enlarge: {
    usage: "enlarge IMAGE --upscaler FILE --out FILE",
    summary: "Make a picture larger with an upscaler (ESRGAN, Compact, SPAN, DAT) in a .safetensors file",
    place: "apart",
    run: async (args) => (await import("./cli/enlarge.ts")).runEnlarge(args),
  },
  matte: {
    usage: "matte IMAGE --model FILE --out FILE [--side PIXELS]",
    summary: "Cut a picture's subject out with a matting model (BiRefNet) in a .safetensors file",
    place: "apart",
    run: async (args) => (await import("./cli/matte.ts")).runMatte(args),
  },
  settings: {
    usage: "settings IMAGE",
    summary: "Show how a picture was made (Underpaint, A1111, ComfyUI, InvokeAI, Fooocus, SwarmUI)",
    run: async (args) => (await import("./cli/settings.ts")).runSettings(args),
  },
  models: {
    usage: "models [--models DIR …] [--hash]",
    summary: "List the models and add-ons that are installed, and some to begin with",
    run: async (args) => (await import("./cli/models.ts")).runModels(args),
  },
  plan: {
    usage: "plan [--references COUNT]",
    summary: "Show which of today's large models fit into which memory, and in how many bits",
    run: async (args) => (await import("./cli/plan.ts")).runPlan(args),
  },
  download: {
    usage: "download REPOSITORY [--file F] [--revision R] [--full]",
    summary: "Bring a model from Hugging Face into the models folder",
    run: async (args) => (await import("./cli/download.ts")).runDownload(args),
  },
  doctor: {
    usage: "doctor [--models DIR …] [--deep | --report]",
    summary:
      "Check this machine (with --deep all models) and say how to fix what is wrong; --report writes it to be shared",
    place: "apart",
    run: async (args) => (await import("./cli/doctor.ts")).runDoctor(args),
  },
  bench: {
    usage: BENCH_USAGE,
    summary: `Measure the engine on this machine; parts: ${BENCH_PARTS}`,
    run: async (args) => (await import("./bench/bench.ts")).runBench(args),
  },
  pairings: {
    usage: "pairings [list | revoke ID]",
    summary: "Show or revoke the plugins that may connect",
    run: async (args) => (await import("./cli/pairings.ts")).runPairings(args),
  },
  connect: {
    usage: "connect HOST[:PORT] [--ca FILE]",
    summary: "Let the plugin on this machine use a studio's gateway",
    run: async (args) => (await import("./cli/connect.ts")).runConnect(args),
  },
  people: {
    usage: "people [list | add NAME | revoke NAME]",
    summary: "Ask people in to a studio's gateway, by name, or show them out",
    run: async (args) => (await import("./cli/people.ts")).runPeople(args),
  },
  help: { usage: "help", summary: "Show this list", run: async () => show(help()) },
  version: { usage: "version", summary: "Show the version", run: async () => show(packageVersion()) },
};

function help(): string {
  const rows = Object.values(COMMANDS);
  const width = Math.max(...rows.map((row) => row.usage.length));
  const lines = rows.map((row) => `  ${row.usage.padEnd(width)}   ${row.summary}`);
  return `Underpaint ${packageVersion()}: generative fill for Figma on your own GPU\n\nunderpaint COMMAND\n${lines.join("\n")}`;
}

function show(text: string): number {
  print(text);
  return 0;
}

const ALIASES: Record<string, string> = { "--help": "help", "-h": "help", "--version": "version", "-v": "version" };

async function main([name = "help", ...args]: string[]): Promise<number> {
  if (args.some((arg) => ALIASES[arg] === "help")) return show(help());
  const command = COMMANDS[ALIASES[name] ?? name];
  if (command === undefined) {
    printError(`There is no command "${name}": these exist.\n\n${help()}`);
    return 2;
  }
  try {
    if (command.place !== "apart" || isApart()) return await command.run(args);
    return await runApart(process.argv[1]!, process.argv.slice(2));
  } catch (error) {
    printError(sentence(Problem.from(error)));
    if (!(error instanceof Problem) || process.env.UNDERPAINT_DEBUG !== undefined) printError(error);
    return 1;
  }
}

whenUnread("end");
process.exitCode = await main(process.argv.slice(2));
