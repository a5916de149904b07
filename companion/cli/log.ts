import { LogFile } from "./log-file.ts";
import { type LogLineOptions, logLine } from "./log-line.ts";
import type { CompanionEvent } from "./work.ts";

/** What the companion keeps without prompts is companion.log; with them it is another file, which no report reads. */
export const LOG_NAME = "companion";
/** And what a studio's worker keeps. */
export const WORKER_LOG_NAME = "worker";

/** What the companion or a worker does, on disk. */
export interface Log {
  begin(version: string): void;
  readonly event: (event: CompanionEvent) => void;
  /** An error that nobody foresaw: where it was thrown, and not its words, which may quote anything. */
  defect(error: unknown): void;
  end(): void;
}

export function openLog(
  folder: string,
  {
    name = LOG_NAME,
    onEnd,
    ...options
  }: LogLineOptions & { readonly name?: string; readonly onEnd: (reason: string) => void },
): Log {
  const file = new LogFile(folder, options.prompts ? `${name}-with-prompts` : name, { onEnd });
  return {
    begin: (version) =>
      file.write(`begins: ${version}, Node ${process.versions.node}, ${process.platform} ${process.arch}`),
    event: (event) => file.write(logLine(event, options)),
    defect: (error) => {
      const frames =
        error instanceof Error ? (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)) : [];
      file.write(`defect: ${frames.map((frame) => frame.trim()).join(" ")}`);
    },
    end: () => file.write("ends"),
  };
}
