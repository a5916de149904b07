import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, hostname, tmpdir, userInfo } from "node:os";
import path from "node:path";
import { redactor } from "../../companion/cli/redact.ts";
import { reportText } from "../../companion/cli/report.ts";
import { readConfig } from "../../companion/config.ts";

const home = mkdtempSync(path.join(tmpdir(), "underpaint-report-"));
afterAll(() => rmSync(home, { recursive: true }));
const models = path.join(home, "Kunde Meier", "models");
const config = {
  ...readConfig({ models: [models], port: 1 }, { UNDERPAINT_HOME: home }),
  engineEntry: path.join(__dirname, "../engine/double.mjs"),
};

test("the report says what helps, and names no person, folder, model, file or prompt", async () => {
  mkdirSync(models, { recursive: true });
  writeFileSync(path.join(models, "unreleased-brand.safetensors"), new Uint8Array([255, 0, 0, 0, 0, 0, 0, 0, 123]));
  mkdirSync(config.logsFolder);
  const lines = [
    `note: ${path.join(models, "unreleased-brand.safetensors")} is damaged`,
    `defect: at run (file://${homedir()}/x/dist/main.js:1:2) \u001b[31mat ${userInfo().username}@${hostname()}`,
    'note: The file "unreleased-brand" of “a secret prompt” is damaged.',
  ];
  writeFileSync(path.join(config.logsFolder, "companion.log"), lines.join("\n"));
  writeFileSync(path.join(config.logsFolder, "companion-with-prompts.log"), "begins a secret prompt");
  const report = await reportText(config);
  for (const fact of [
    `Node ${process.versions.node}`,
    "of memory",
    "the starter",
    "file-not-safetensors",
    "Set: 1 models folder",
  ])
    expect(report).toContain(fact);
  expect(report).toContain("note: <models 1>");
  expect(report).toMatch(/at run \(<path>\) +\[31mat <person>@<machine>/);
  for (const secret of ["unreleased-brand", "secret", "Meier", home, homedir(), path.basename(home)])
    expect(report).not.toContain(secret);
  for (const name of [userInfo().username, hostname()]) expect(report).not.toMatch(new RegExp(`\\b${name}\\b`, "i"));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(report.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
});

test("whatever is a path is left out, and numbers and fractions stay", () => {
  const redact = redactor({
    home: "/home/ann/.underpaint",
    root: "/opt/underpaint",
    modelsFolders: ["/mnt/big models"],
  });
  const cases = {
    "in /mnt/big models/a b/c.safetensors it": "in <models 1>",
    "/home/ann/.underpaint/queue is there": "<data>",
    "at f (/opt/underpaint/dist/x.js:1:2)": "<program>",
    "C:\\Users\\Ann\\x.png is": "<path>",
    "\\\\nas\\share\\x is": "<path>",
    "file:///Users/ann/x": "<path>",
    "~/designs/x": "<path>",
    "at f (/opt/underpaint-ann/x.js:1:2)": "(<path>)",
    "/mnt/big models-ann/c.safetensors": "<path>",
  };
  for (const [text, mark] of Object.entries(cases)) {
    expect(redact(text)).toContain(mark);
    expect(redact(text)).not.toMatch(/ann|nas|safetensors|designs|x\.png/i);
  }
  for (const text of ["1/2 of 3.5 GB", "32 × 32 in 1.0 s", "Node 20, linux 6.1 x64"]) expect(redact(text)).toBe(text);
});
