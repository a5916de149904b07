import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openLog } from "../../companion/cli/log.ts";
import { LogFile } from "../../companion/cli/log-file.ts";
import type { CompanionEvent } from "../../companion/cli/work.ts";
import { Problem } from "../../shared/problem.ts";
import { parseRequest } from "../../shared/validate.ts";

const folder = mkdtempSync(path.join(tmpdir(), "underpaint-log-"));
afterAll(() => rmSync(folder, { recursive: true }));
const read = (...parts: string[]) => readFileSync(path.join(folder, ...parts), "utf8");

test("a log is as large as its files at most, and its newest lines are kept", () => {
  const log = new LogFile(path.join(folder, "turns"), "x", { bytes: 1000, files: 3 });
  for (let i = 0; i < 200; i++) log.write(`line ${i} ${"y".repeat(50)}`);
  const files = readdirSync(path.join(folder, "turns")).sort();
  expect(files).toEqual(["x.1.log", "x.2.log", "x.log"]);
  for (const file of files) expect(statSync(path.join(folder, "turns", file)).size).toBeLessThanOrEqual(1000);
  const lines = files
    .reverse()
    .sort()
    .map((file) => read("turns", file));
  const all = [lines[1]!, lines[0]!, lines[2]!].join("").match(/line \d+/g)!;
  expect(all.at(-1)).toBe("line 199");
  expect(new Set(all).size).toBe(all.length);
});

test("it goes on where the last start left off, and holds nothing that a terminal obeys", () => {
  const place = path.join(folder, "again");
  new LogFile(place, "x", { bytes: 400 }).write("a\u001b[31m\nb");
  const size = statSync(path.join(place, "x.log")).size;
  new LogFile(place, "x", { bytes: size + 10 }).write("c");
  expect(read("again", "x.1.log")).toMatch(/^\d{4}-\S+Z a \[31m b\n$/);
  expect(read("again", "x.log")).toMatch(/ c\n$/);
  if (process.platform !== "win32") expect(statSync(path.join(place, "x.log")).mode & 0o077).toBe(0);
});

test("where it can't be written that is told once", () => {
  writeFileSync(path.join(folder, "file"), "");
  const told: string[] = [];
  const log = new LogFile(path.join(folder, "file", "logs"), "x", { onEnd: (reason) => told.push(reason) });
  log.write("a");
  log.write("b");
  expect(told).toEqual([expect.stringMatching(/can't be written \((?:ENOTDIR|EEXIST|ENOENT)\)/)]);
});

const request = parseRequest({ model: "private-model", prompt: "a secret prompt", seed: 1, width: 64, height: 64 });
const task = { kind: "generate" as const, request };
const problem = new Problem("model-not-found", 'There is no model "private-model" for “a secret prompt”.');
const facts = { tokens: 4 } as never;
const EVENTS: CompanionEvent[] = [
  { type: "code", state: { code: "123456", wrong: 0 } as never },
  { type: "note", line: 'The file "private-model" is damaged.' },
  { type: "begun", task },
  { type: "done", task, result: { attachments: [{ width: 64, height: 64 } as never], seconds: 1, facts } },
  { type: "failed", task, problem },
  { type: "cancelled", task, problem },
  { type: "engine", state: { problem } as never },
];

test.each([false, true])("prompts, names and the code are left out unless prompts are asked for (%s)", (prompts) => {
  const place = path.join(folder, `prompts-${prompts}`);
  const log = openLog(place, { prompts, onEnd: (reason) => expect(reason).toBe("") });
  log.begin("1.0");
  EVENTS.forEach(log.event);
  log.defect(new Error("a secret prompt in private-model"));
  log.end();
  expect(existsSync(path.join(place, "companion.log"))).toBe(!prompts);
  const text = readdirSync(place)
    .map((file) => readFileSync(path.join(place, file), "utf8"))
    .join();
  expect(text).not.toContain("123456");
  expect(text.match(/secret/g) ?? []).toHaveLength(prompts ? 3 : 0);
  expect(text.includes("private-model")).toBe(prompts);
  expect(text).toMatch(/generate begins: 64 × 64, \d+ steps/);
  expect(text).toContain("generate is done: 64 × 64 in 1.0 s");
  expect(text).toMatch(/defect: at .*log\.test/);
});
