import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { narrate } from "../../companion/cli/narrate.ts";
import { hasDisplay } from "../../companion/cli/open-browser.ts";
import { print, printError } from "../../companion/cli/print.ts";
import { Terminal } from "../../companion/cli/terminal.ts";
import type { CompanionEvent } from "../../companion/cli/work.ts";
import type { Result, Task } from "../../shared/job.ts";
import { Problem } from "../../shared/problem.ts";
import type { GenerateRequest } from "../../shared/request.ts";
import { parseRequest } from "../../shared/validate.ts";

const taskOf = (request: GenerateRequest): Task => ({ kind: "generate", request });

function open(isTTY: boolean, env: NodeJS.ProcessEnv = {}) {
  const written: string[] = [];
  const out = { isTTY, write: (text: string) => written.push(text) };
  return { terminal: new Terminal(out, env), text: () => written.join("") };
}

test("Terminal keeps its footer below what scrolls", () => {
  const { terminal, text } = open(true);
  terminal.setFooter("code 1");
  terminal.print("a line");
  terminal.setFooter("code 2");
  terminal.setFooter("code 2");
  terminal.setFooter("");
  expect(text()).toBe("code 1\r\x1b[2Ka line\ncode 1\r\x1b[2Kcode 2\r\x1b[2K");
});

test("Terminal without a screen prints each footer as a line, and no colours", () => {
  const { terminal, text } = open(false);
  terminal.setFooter("code 1");
  terminal.print(terminal.bold("a line"));
  terminal.setFooter("code 2");
  terminal.setFooter("");
  expect(text()).toBe("code 1\na line\ncode 2\n");
});

test("Terminal honours NO_COLOR", () => {
  const red = ({ terminal, text }: ReturnType<typeof open>) => {
    terminal.print(terminal.red("x"));
    return text();
  };
  expect(red(open(true, { NO_COLOR: "1" }))).toBe("x\n");
  expect(red(open(true))).toBe("\x1b[31mx\x1b[39m\n");
});

test("narrate() says one plain line for each thing that happens", () => {
  const { terminal, text } = open(false);
  const tell = narrate(terminal);
  const request = parseRequest({ model: "m", prompt: "a  cat\non a mat", seed: 1 });
  const problem = new Problem("mask-empty", "The mask selects nothing.");
  const device = {
    provider: "cpu",
    name: "CPU (2 cores)",
    passedOver: [{ provider: "webgpu", reason: "no adapter" }],
  } as const;
  const picture = { name: "image", mediaType: "image/png", bytes: new Uint8Array(), width: 64, height: 32 } as const;
  const small: Result = { attachments: [picture], seconds: 1.26, facts: { tokens: 1 } };
  const events: CompanionEvent[] = [
    { type: "code", state: { code: "012345", wrong: 0 } },
    { type: "engine", state: {} },
    { type: "engine", state: { device } },
    { type: "engine", state: { device } },
    { type: "paired", build: "b" },
    { type: "begun", task: taskOf(request) },
    { type: "done", task: taskOf(request), result: small },
    { type: "done", task: taskOf(request), result: { ...small, facts: { weightBits: 8 } } },
    { type: "done", task: taskOf({ ...request, quantize: 4 }), result: { ...small, facts: { weightBits: 4 } } },
    { type: "failed", task: taskOf(request), problem },
    { type: "cancelled", task: taskOf({ ...request, prompt: "x".repeat(100) }), problem },
    { type: "code", state: { code: "123456789", wrong: 5 } },
  ];
  events.forEach(tell);
  const lines = text()
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/^ {2}\d\d:\d\d {2}/, "").trim());
  expect(lines).toEqual([
    "Pairing code  012 345  (type it into the plugin)",
    "✓ Pictures are made on CPU (2 cores).",
    "• Not on webgpu: no adapter",
    "✓ The plugin is paired with this machine.",
    "… “a cat on a mat”",
    "✓ “a cat on a mat” is done: 64 × 32 in 1.3 s.",
    "✓ “a cat on a mat” is done: 64 × 32 in 1.3 s.",
    "• The weights were narrowed to 8 bits, as they exceed the memory that a network may take (UNDERPAINT_MEMORY allows more).",
    "✓ “a cat on a mat” is done: 64 × 32 in 1.3 s.",
    "• The weights were narrowed to 4 bits, as asked for.",
    "✗ The mask selects nothing. (mask-empty)",
    `– “${"x".repeat(59)}…” was cancelled.`,
    "! 5 wrong codes were typed on this machine: the code is longer from now on.",
    "Pairing code  123 456 789  (type it into the plugin)",
  ]);
});

test("nothing that a prompt, a name or a reason says reaches the terminal as a command", () => {
  const hostile = "cat\x1b]0;title\x07\x1b[2J\x9b31m\u202e\u2028\ue005\r\ttail";
  const written: string[] = [];
  const out = { write: (text: string) => written.push(text), isTTY: true };
  const terminal = new Terminal(out, {});
  const tell = narrate(terminal);
  const request = parseRequest({ model: "m", prompt: hostile, seed: 1 });
  const problem = { code: "internal", message: hostile } as const;
  const device = { provider: "cpu", name: hostile, passedOver: [{ provider: "cuda", reason: hostile }] } as const;
  const events: CompanionEvent[] = [
    { type: "begun", task: taskOf(request) },
    { type: "note", line: hostile },
    { type: "refused", problem },
    { type: "engine", state: { device } },
    { type: "engine", state: { problem } },
    { type: "cancelled", task: taskOf(request), problem: new Problem("internal", hostile) },
  ];
  events.forEach(tell);
  terminal.print(terminal.dim(hostile));
  terminal.setFooter(hostile);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours and the footer's own
  const plain = written.join("").replace(/\x1b\[(?:1|2|22|31|32|33|36|39)m|\r\x1b\[2K|\n/g, "");
  expect(plain).toContain("cat");
  expect(plain).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/u);

  const log = jest.spyOn(console, "log").mockImplementation(() => {});
  const error = jest.spyOn(console, "error").mockImplementation(() => {});
  print(hostile);
  printError(new Error(hostile));
  const said = [...log.mock.calls, ...error.mock.calls].flat().join("");
  expect(said.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/u);
  jest.restoreAllMocks();
});

test("the command line writes by `Terminal` and `print` alone", () => {
  const root = path.resolve(__dirname, "../../companion");
  const files = [...readdirSync(path.join(root, "cli")).map((file) => path.join("cli", file)), "main.ts"];
  const writers = files.filter((file) =>
    /console\.|std(?:out|err)\.write/.test(readFileSync(path.join(root, file), "utf8")),
  );
  expect(writers.map((file) => path.basename(file)).sort()).toEqual(["apart.ts", "print.ts"]);
});

test("hasDisplay() opens no browser on machines that nobody looks at", () => {
  expect(hasDisplay({}, "darwin")).toBe(true);
  expect(hasDisplay({ CI: "true" }, "darwin")).toBe(false);
  expect(hasDisplay({}, "linux")).toBe(false);
  expect(hasDisplay({ DISPLAY: ":0" }, "linux")).toBe(true);
});
