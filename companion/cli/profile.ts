import { measureSpans } from "../profile/spans.ts";
import { openTraceFile, type TraceFile } from "../profile/trace-file.ts";

/** Writes what takes how long in this process, and in those that pass it on, to a file until it is closed. Throws as `openTraceFile`. */
export function openProfile(file: string): Pick<TraceFile, "close"> {
  const trace = openTraceFile(file);
  measureSpans("companion", trace.write);
  return trace;
}
