/** What `underpaint doctor --report` writes: what somebody else needs to help, and nothing of whom it helps. */
import { readFile } from "node:fs/promises";
import { arch, cpus, platform, release } from "node:os";
import path from "node:path";
import { familyInWords } from "../../shared/family-in-words.ts";
import { PROBLEM_CODES } from "../../shared/problem.ts";
import type { Config } from "../config.ts";
import { Hashes } from "../library/hashes.ts";
import { STARTER_ID } from "../library/library.ts";
import { withHash } from "../library/live-library.ts";
import { packageVersion } from "../root.ts";
import { examine, libraryOf, MACHINE_CHECKS } from "./checks.ts";
import { LOG_NAME, WORKER_LOG_NAME } from "./log.ts";
import { redactor } from "./redact.ts";

/** Of the log's end. */
const LOG_LINES = 200;
/** Enough to tell models apart, and to ask a community which one it is. */
const DIGEST_DIGITS = 10;

const MARKS = { ok: "ok  ", warn: "warn", bad: "BAD " };

/** Models are told by family, digest and kind: the name of a private one can be a secret. Any error is a line of its own. */
export async function reportText(config: Config): Promise<string> {
  const redact = redactor(config);
  const findings = (await Promise.all(MACHINE_CHECKS.map((check) => examine(check, config)))).flat();
  const lines = [
    `Underpaint ${packageVersion()}, ${config.findings.build}, ${new Date().toISOString().slice(0, 10)}`,
    `Node ${process.versions.node}, ${platform()} ${release()} ${arch()}, ${cpus().length} × ${cpus()[0]?.model.trim()}`,
    `Set: ${settingsOf(config).join(", ") || "nothing"}`,
    ...["", "Checks"],
    ...findings.flatMap(({ mark, text, fix }) => [
      `${MARKS[mark]} ${text}`,
      ...(fix === undefined ? [] : [`     ${fix}`]),
    ]),
    ...["", "Models"],
    ...(await modelLines(config)),
    ...["", `The last ${LOG_LINES} lines of the log`],
    ...(await logLines(config)),
  ];
  return `${redact(lines.join("\n"))}\n`;
}

function settingsOf({ provider, memory, contentFilter, downloadEndpoint, modelsFolders }: Config): string[] {
  return [
    ...(provider === undefined ? [] : [`provider ${provider}`]),
    ...(memory === undefined ? [] : [`memory ${(memory / 2 ** 30).toFixed(1)} GiB`]),
    ...(contentFilter === "enforced" ? ["content filter enforced"] : []),
    ...(downloadEndpoint === undefined ? [] : ["another download endpoint"]),
    `${modelsFolders.length} models folder${modelsFolders.length === 1 ? "" : "s"}`,
  ];
}

async function modelLines(config: Config): Promise<string[]> {
  const library = libraryOf(config);
  const hashes = new Hashes({ file: config.hashesFile });
  const { models, addOns, problems } = await library.list();
  const digest = (sha256: string | undefined) => `digest ${sha256?.slice(0, DIGEST_DIGITS) ?? "not computed"}`;
  return [
    ...models.map((model) => {
      const { sha256, family, nativeSize, inpainting, id } = withHash(model, { library, hashes });
      const what = `${familyInWords(family)}, ${nativeSize} px${inpainting ? ", inpainting" : ""}`;
      return id === STARTER_ID ? `model ${what}, the starter` : `model ${what}, ${digest(sha256)}`;
    }),
    ...addOns.map((addOn) => {
      const { sha256, kind, families } = withHash(addOn, { library, hashes });
      return `${kind} for ${families.map(({ name }) => name).join(" or ") || "a family that the file does not tell"}, ${digest(sha256)}`;
    }),
    ...problems.map(({ problem: { code } }) => `can't be used: ${code} (${PROBLEM_CODES[code]})`),
  ];
}

async function logLines({ logsFolder }: Config): Promise<string[]> {
  const names = [LOG_NAME, WORKER_LOG_NAME].flatMap((name) => [`${name}.1.log`, `${name}.log`]);
  const files = names.map((name) => path.join(logsFolder, name));
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(absent)));
  const lines = texts
    .join("")
    .split("\n")
    .filter((line) => line !== "")
    // By their time, with which each begins.
    .sort();
  return lines.length === 0 ? ["There is no log."] : lines.slice(-LOG_LINES);
}

function absent(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "";
  return `The log can't be read (${error.code}).\n`;
}
