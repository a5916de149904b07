/** `underpaint download`: a model from the hub into the models folder. */
import { parseArgs } from "node:util";
import { Problem } from "../../shared/problem.ts";
import { readConfig } from "../config.ts";
import { recommendedFiles } from "../library/catalogue.ts";
import { downloadModel } from "../library/download/download.ts";
import { Terminal } from "./terminal.ts";

const OPTIONS = {
  file: { type: "string" },
  revision: { type: "string" },
  full: { type: "boolean", default: false },
  models: { type: "string", multiple: true },
} as const;

/** Half precision where the repository has it, unless --full. Resolves to the exit code. Throws Problem. */
export async function runDownload(args: string[]): Promise<number> {
  const { repo, file, revision, full, models } = readArguments(args);
  const config = readConfig({ models });
  const terminal = new Terminal();
  const cancel = new AbortController();
  const stop = () => cancel.abort();
  process.once("SIGINT", stop);
  let shown = "";
  try {
    const place = await downloadModel(
      {
        repo,
        files: file ? [file] : recommendedFiles(repo),
        ...(revision && { revision }),
        variant: full ? "full" : "fp16",
        contentFilter: config.contentFilter === "enforced" ? "with" : "without",
      },
      {
        folder: config.modelsFolders[0],
        ...(config.downloadEndpoint && { endpoint: config.downloadEndpoint }),
        ...(process.env.HF_TOKEN && { token: process.env.HF_TOKEN }),
        signal: cancel.signal,
        onProgress: ({ done, total }) => {
          const text = `  ${Math.floor((100 * done) / Math.max(total, 1))} % of ${(total / 1e9).toFixed(1)} GB`;
          if (text !== shown) terminal.setFooter(text);
          shown = text;
        },
      },
    );
    terminal.setFooter("");
    terminal.print(place);
    return 0;
  } catch (error) {
    terminal.setFooter("");
    if (!cancel.signal.aborted) throw error;
    terminal.print("The download was cancelled, and what had come was deleted.");
    return 130;
  } finally {
    process.off("SIGINT", stop);
  }
}

function readArguments(args: string[]) {
  try {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    if (positionals.length === 1) return { ...values, repo: positionals[0]! };
  } catch (error) {
    throw new Problem("request-invalid", `${(error as Error).message}: "underpaint help" shows what there is.`);
  }
  throw new Problem("request-invalid", 'Name one repository, as in "underpaint download owner/name".');
}
