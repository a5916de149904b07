import { closeSync, openSync, writeSync } from "node:fs";
import { Problem } from "../../shared/problem.ts";
import { ChromeTrace } from "./chrome-trace.ts";
import type { Span } from "./spans.ts";

/** A timeline on the disk, as Perfetto (ui.perfetto.dev) and chrome://tracing open it. */
export interface TraceFile {
  write(span: Span): void;
  /** What is written after it is lost. */
  close(): void;
}

/**
 * Chrome's JSON Array Format, whose closing bracket may be missing: what was written before a crash can be opened. Throws Problem
 * "request-invalid" where the file can't be written.
 */
export function openTraceFile(file: string): TraceFile {
  const trace = new ChromeTrace();
  let fd: number;
  try {
    fd = openSync(file, "w", 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Problem("request-invalid", `Cannot write the profile "${file}" (${code}): name another place.`);
  }
  let before = "[\n";
  let closed = false;
  return {
    write: (span) => {
      if (closed) return;
      for (const event of trace.eventsOf(span)) {
        writeSync(fd, before + JSON.stringify(event));
        before = ",\n";
      }
    },
    close: () => {
      if (closed) return;
      closed = true;
      writeSync(fd, before === "[\n" ? "[]\n" : "\n]\n");
      closeSync(fd);
    },
  };
}
