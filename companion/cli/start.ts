/** `underpaint start`: the companion, until Ctrl-C. */
import path from "node:path";
import { parseArgs } from "node:util";
import { servePlayground } from "../../playground/serve.ts";
import { Problem } from "../../shared/problem.ts";
import { type Config, readConfig } from "../config.ts";
import { openCompanion } from "./companion.ts";
import { openLog } from "./log.ts";
import { narrate } from "./narrate.ts";
import { hasDisplay, openBrowser } from "./open-browser.ts";
import { printError } from "./print.ts";
import { openProfile } from "./profile.ts";
import { redisAddress } from "./redis-address.ts";
import { Terminal } from "./terminal.ts";
import { tlsListener } from "./tls-listener.ts";
import { untilStopped } from "./until-stopped.ts";
import { whenUnread } from "./when-unread.ts";
import { portTaken, whoIsThere } from "./who-is-there.ts";
import type { CompanionEvent } from "./work.ts";

/** `--port` and `--pair-code` are for tests: Figma lets the plugin talk to one port only, and a fixed code is no secret. */
export const START_OPTIONS = {
  models: { type: "string", multiple: true },
  provider: { type: "string" },
  "enforce-content-filter": { type: "boolean", default: false },
  "no-open": { type: "boolean", default: false },
  "no-playground": { type: "boolean", default: false },
  port: { type: "string" },
  "pair-code": { type: "string" },
  "log-prompts": { type: "boolean", default: false },
  profile: { type: "string" },
  redis: { type: "string" },
  "redis-ca": { type: "string" },
  listen: { type: "string" },
  "tls-cert": { type: "string" },
  "tls-key": { type: "string" },
} as const;

/** Resolves to the exit code when the companion was stopped. Throws Problem "port-taken", "data-in-use", … */
export async function runStart(args: string[]): Promise<number> {
  const values = readArguments(args);
  const port = values.port === undefined ? undefined : Number(values.port);
  const contentFilter = values["enforce-content-filter"] ? "enforced" : "on-request";
  const config = readConfig({
    models: values.models,
    provider: values.provider,
    port,
    contentFilter,
    profile: values.profile,
  });
  const listener = config.port === 0 ? { kind: "nobody" as const } : await whoIsThere(config.port);
  if (listener.kind !== "nobody") throw portTaken(config.port, listener);

  whenUnread("go on");
  const profile = config.profile === undefined ? undefined : openProfile(config.profile);
  const terminal = new Terminal();
  // What happens before the welcome is told after it, and the goodbye has the last word.
  const early: CompanionEvent[] = [];
  let tell = (event: CompanionEvent): void => void early.push(event);
  const redis = redisAddress(values);
  const tls = tlsListener(values);
  const companion = await openCompanion(config, {
    onEvent: (event) => tell(event),
    code: values["pair-code"],
    ...(redis && { redis }),
    tls,
  });
  const prompts = values["log-prompts"];
  const log = openLog(config.logsFolder, { prompts, onEnd: (reason) => terminal.print(`  ${reason}`) });
  const stopped = untilStopped();
  const playground = values["no-playground"] ? undefined : await servePlayground({ root: config.root });
  welcome(terminal, {
    config,
    version: companion.version,
    port: companion.port,
    playground: playground?.url,
    queue: redis?.place,
    tlsPort: companion.tlsPort,
  });
  // A defect in one client's handling must not end everyone's pictures; the queue is on disk in any case.
  process.on("uncaughtException", (error) => {
    tell({ type: "note", line: Problem.from(error).message });
    log.defect(error);
    printError(error);
  });
  // Whoever sends the output to a file has a log, too.
  const narrated = narrate(terminal, { prompts: prompts || process.stdout.isTTY === true });
  tell = (event) => {
    narrated(event);
    log.event(event);
  };
  log.begin(companion.version);
  early.forEach(tell);
  if (playground !== undefined && !values["no-open"] && hasDisplay()) openBrowser(playground.url);

  await stopped;
  tell = log.event;
  terminal.setFooter("");
  terminal.print("\n  Stopping. Pictures in work go on at the next start.");
  await Promise.all([playground?.close(), companion.close()]);
  profile?.close();
  log.end();
  return 0;
}

function readArguments(args: string[]) {
  try {
    return parseArgs({ args, options: START_OPTIONS }).values;
  } catch (error) {
    throw new Problem("request-invalid", `${(error as Error).message}: "underpaint help" shows what there is.`);
  }
}

interface Addresses {
  readonly config: Config;
  readonly version: string;
  readonly port: number;
  readonly playground: string | undefined;
  /** Where the studio's queue is, without its secrets; undefined where this machine does the work. */
  readonly queue: string | undefined;
  /** Where other machines come in. */
  readonly tlsPort: number | undefined;
}

function welcome(terminal: Terminal, { config, version, port, playground, queue, tlsPort }: Addresses): void {
  const { bold, dim, cyan } = terminal;
  const lines = [
    "",
    `  ${bold("Underpaint")} ${dim(version)}   generative fill for Figma, on this machine`,
    "",
    `  ${bold("In Figma desktop")}`,
    "  1  Plugins › Development › Import plugin from manifest…",
    `     ${cyan(path.join(config.root, "manifest.json"))}`,
    "  2  Run Underpaint from the same menu",
    "  3  Type the pairing code below, once",
    "",
    ...(playground === undefined ? [] : [`  ${bold("Without Figma")}    ${cyan(playground)}`]),
    queue === undefined
      ? `  ${bold("Models")}           ${config.modelsFolders[0]}  ${dim("drop .safetensors files or diffusers folders here")}`
      : `  ${bold("Pictures")}         are made by the studio's workers at ${queue}`,
    ...(config.contentFilter === "enforced"
      ? [`  ${bold("Content filter")}   enforced  ${dim("models that come with none are refused")}`]
      : []),
    `  ${bold("Listens on")}       localhost:${port}  ${dim("this machine only; Ctrl-C stops it")}`,
    ...(tlsPort === undefined
      ? []
      : [
          `  ${bold("For the studio")}   port ${tlsPort}  ${dim("underpaint connect HOST, on each designer's machine")}`,
        ]),
    "",
  ];
  for (const line of lines) terminal.print(line);
}
