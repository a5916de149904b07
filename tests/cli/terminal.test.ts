import type { CompanionEvent } from "../../companion/cli/companion.ts";
import { narrate } from "../../companion/cli/narrate.ts";
import { hasDisplay } from "../../companion/cli/open-browser.ts";
import { Terminal } from "../../companion/cli/terminal.ts";
import { Problem } from "../../shared/problem.ts";
import { parseRequest } from "../../shared/validate.ts";

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
  expect(open(true, { NO_COLOR: "1" }).terminal.red("x")).toBe("x");
  expect(open(true).terminal.red("x")).toBe("\x1b[31mx\x1b[39m");
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
  const small = { png: new Uint8Array(), width: 64, height: 32, seconds: 1.26, tokens: 1 };
  const events: CompanionEvent[] = [
    { type: "code", state: { code: "012345", wrong: 0 } },
    { type: "engine", state: {} },
    { type: "engine", state: { device } },
    { type: "engine", state: { device } },
    { type: "paired", build: "b" },
    { type: "begun", request },
    { type: "done", request, result: small },
    { type: "done", request, result: { ...small, weightBits: 8 } },
    { type: "done", request: { ...request, quantize: 4 }, result: { ...small, weightBits: 4 } },
    { type: "failed", request, problem },
    { type: "cancelled", request: { ...request, prompt: "x".repeat(100) }, problem },
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

test("hasDisplay() opens no browser on machines that nobody looks at", () => {
  expect(hasDisplay({}, "darwin")).toBe(true);
  expect(hasDisplay({ CI: "true" }, "darwin")).toBe(false);
  expect(hasDisplay({}, "linux")).toBe(false);
  expect(hasDisplay({ DISPLAY: ":0" }, "linux")).toBe(true);
});
