/** `--profile`: Chrome's trace events, by the rules of "Trace Event Format" (the JSON Array Format, complete and metadata events). */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runGenerate } from "../../companion/cli/generate.ts";
import { ChromeTrace, type TraceEvent } from "../../companion/profile/chrome-trace.ts";
import { openTraceFile } from "../../companion/profile/trace-file.ts";
import { STARTER } from "../pipeline/studio-for-tests.ts";

const folder = mkdtempSync(path.join(tmpdir(), "underpaint-profile-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is wrong with a list of events. */
function faultsOf(events: readonly TraceEvent[]): string[] {
  const faults: string[] = [];
  const named = new Set<number>();
  const spans = new Map<number, { from: number; to: number }[]>();
  for (const event of events) {
    if (typeof event.name !== "string" || event.name === "") faults.push("no name");
    if (!Number.isInteger(event.pid) || !Number.isInteger(event.tid)) faults.push("pid and tid must be whole numbers");
    if (event.ph === "M") {
      if (typeof event.args.name !== "string") faults.push("metadata without args.name");
      if (event.name === "thread_name") named.add(event.tid);
    } else if (event.ph === "X") {
      if (!(event.ts > 0) || !(event.dur >= 0)) faults.push(`ts ${event.ts}, dur ${event.dur}`);
      if (!named.has(event.tid)) faults.push(`row ${event.tid} has no name yet`);
      const span = { from: event.ts, to: event.ts + event.dur };
      for (const { from, to } of spans.get(event.tid) ?? [])
        if (from < span.from && span.from < to && to < span.to) faults.push(`${event.name} crosses another`);
      spans.set(event.tid, [...(spans.get(event.tid) ?? []), span]);
    } else faults.push(`unknown phase ${(event as { ph: string }).ph}`);
  }
  return faults;
}

const span = (at: number, lasts: number, place = "engine") =>
  ({ name: `from ${at}`, category: "stage", at, lasts, place }) as const;

test("spans lie inside of each other or apart in a row; one that crosses another gets a row of its own", () => {
  const trace = new ChromeTrace();
  const spans = [span(10, 5), span(5, 20), span(20, 10), span(30, 1, "queue"), span(30, 5)];
  const events = spans.flatMap((one) => trace.eventsOf(one));
  expect(faultsOf(events)).toEqual([]);
  const rows = events.flatMap((event) => (event.ph === "X" ? [event.tid] : []));
  expect(rows).toEqual([1, 1, 2, 3, 1]);
});

test("a file that was never closed lacks its closing bracket alone", () => {
  const file = path.join(folder, "cut.json");
  const trace = openTraceFile(file);
  trace.write(span(10, 5));
  expect(faultsOf(JSON.parse(`${readFileSync(file, "utf8")}]`))).toEqual([]);
  trace.close();
  expect(JSON.parse(readFileSync(file, "utf8"))).toHaveLength(3);
});

test("a place that can't be written is named", () => {
  expect(() => openTraceFile(folder)).toThrow(/^Cannot write the profile ".*" \(EISDIR\): name another place\.$/);
});

test("`generate --profile` tells of every network and picture, and of the stages around them", async () => {
  for (const stream of ["log", "error"] as const) jest.spyOn(console, stream).mockImplementation(() => {});
  const request = path.join(folder, "request.json");
  writeFileSync(
    request,
    JSON.stringify({ model: STARTER, prompt: "red apple", seed: 1, steps: 2, width: 64, height: 64 }),
  );
  const file = path.join(folder, "profile.json");
  expect(await runGenerate([request, "--out", path.join(folder, "out"), "--profile", file])).toBe(0);
  const events = JSON.parse(readFileSync(file, "utf8")) as TraceEvent[];
  expect(faultsOf(events)).toEqual([]);
  const names = events.flatMap((event) => (event.ph === "X" ? [event.name] : []));
  expect(names).toEqual(expect.arrayContaining(["prepare", "encode conditions", "decode latent", "encode 64 × 64"]));
  expect(names.filter((name) => name.startsWith("unet"))).toHaveLength(2);
  expect(names.filter((name) => name.startsWith("open unet"))).toHaveLength(1);
});
