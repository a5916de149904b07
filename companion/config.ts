/** Arguments and environment → Config: every path, port and choice in one record. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { Problem } from "../shared/problem.ts";
import { PORT } from "../shared/protocol.ts";
import { packageRoot } from "./root.ts";
import { readSettings } from "./settings.ts";

export interface Config {
  /** Underpaint's own folder: assets, starter model, manifest. */
  readonly root: string;
  /** The data folder, `~/.underpaint` or `UNDERPAINT_HOME`. */
  readonly home: string;
  /** Where models are looked for; the first is the one that people are told to use. */
  readonly modelsFolders: readonly [string, ...string[]];
  readonly starter: string;
  readonly queueFolder: string;
  /** Pictures that were made, by Figma file. */
  readonly historyFolder: string;
  /** Bytes that they may take. */
  readonly historyBytes: number;
  readonly pairingsFile: string;
  /** Whom "underpaint people add" has asked in. */
  readonly invitationFile: string;
  /** Wrong pairing codes, counted. */
  readonly guessesFile: string;
  /** What the companion did, without prompts and pictures. */
  readonly logsFolder: string;
  /** Where weights of few bits are kept. */
  readonly narrowFolder: string;
  /** Where prompts are kept as text encoders gave them. */
  readonly statesFolder: string;
  /** Whose licences are known, of models that the command line draws with. */
  readonly licencesFile: string;
  /** What the models' bytes hash to, so that each is read once. */
  readonly hashesFile: string;
  /** What the models' files were found to be, and the build of Underpaint that found it. */
  readonly findings: { readonly file: string; readonly build: string };
  /** Where models are downloaded from; absent: the Hugging Face hub. */
  readonly downloadEndpoint?: string;
  /** 47821, the only one that Figma lets the plugin talk to; 0 = any free one (tests). */
  readonly port: number;
  /** The provider asked for by name (`UNDERPAINT_PROVIDER`); absent: the best one that works. */
  readonly provider?: string;
  /** Bytes that networks may take (`UNDERPAINT_MEMORY`, in GiB); absent: a share of the machine's. */
  readonly memory?: number;
  /** "enforced": every picture passes its model's content filter, whatever the request says. */
  readonly contentFilter: "on-request" | "enforced";
  /** Where it is told what takes how long. Absent: nowhere. */
  readonly profile?: string;
  /** The built entry of the engine's process. */
  readonly engineEntry: string;
  /** And of the library's thread. */
  readonly libraryEntry: string;
  /** And of the thread that has the queue and the engine's process. */
  readonly workEntry: string;
}

export interface ConfigOptions {
  /** Replace the models folder of the data folder and those of the settings. */
  readonly models?: readonly string[];
  readonly port?: number;
  readonly provider?: string;
  readonly profile?: string;
  /** Default: what the settings say. What they enforce cannot be turned off here. */
  readonly contentFilter?: Config["contentFilter"];
}

export function readConfig(options: ConfigOptions = {}, env = process.env): Config {
  const root = packageRoot();
  const home = path.resolve(env.UNDERPAINT_HOME ?? path.join(homedir(), ".underpaint"));
  const settings = readSettings(path.join(home, "settings.json"));
  const chosen = options.models?.length ? options.models : [path.join(home, "models"), ...settings.modelsFolders];
  const folders = [...new Set(chosen.map((folder) => path.resolve(folder)))];
  return {
    root,
    home,
    modelsFolders: folders as [string, ...string[]],
    starter: path.join(root, "starter", "weights"),
    queueFolder: path.join(home, "queue"),
    historyFolder: path.join(home, "history"),
    historyBytes: settings.historyGiB * 2 ** 30,
    pairingsFile: path.join(home, "pairings.json"),
    invitationFile: path.join(home, "invitation.json"),
    guessesFile: path.join(home, "guesses.json"),
    port: options.port ?? PORT,
    logsFolder: path.join(home, "logs"),
    narrowFolder: path.join(home, "narrow"),
    statesFolder: path.join(home, "states"),
    licencesFile: path.join(home, "licences.json"),
    hashesFile: path.join(home, "hashes.json"),
    findings: { file: path.join(home, "findings.json"), build: buildOf(root) },
    downloadEndpoint: env.UNDERPAINT_DOWNLOAD_ENDPOINT ?? settings.downloadEndpoint,
    provider: options.provider ?? env.UNDERPAINT_PROVIDER,
    memory: memoryOf(env.UNDERPAINT_MEMORY),
    contentFilter: settings.contentFilter === "enforced" ? "enforced" : (options.contentFilter ?? "on-request"),
    ...(options.profile !== undefined && { profile: path.resolve(options.profile) }),
    engineEntry: path.join(root, "dist", "companion", "engine.js"),
    libraryEntry: path.join(root, "dist", "companion", "library.js"),
    workEntry: path.join(root, "dist", "companion", "work.js"),
  };
}

/** Changes with every build. */
function buildOf(root: string): string {
  const file = path.join(root, "dist", "build-id");
  return existsSync(file) ? readFileSync(file, "utf8") : "none";
}

/** GiB as people write it → bytes. Throws Problem "request-invalid". */
function memoryOf(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const gibibytes = Number(text);
  if (gibibytes > 0 && Number.isFinite(gibibytes)) return Math.floor(gibibytes * 2 ** 30);
  throw new Problem("request-invalid", `UNDERPAINT_MEMORY is "${text}": give the GiB that networks may take, like 4.`);
}
