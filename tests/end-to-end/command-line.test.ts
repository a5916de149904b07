/** The command line as people type it. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { temporaryFolder } from "../checkpoint/sample.ts";

const root = path.resolve(__dirname, "../..");
const home = temporaryFolder();

/** `ears`: whether anybody reads what it prints. */
function underpaint(args: readonly string[], ears: "open" | "closed" = "open") {
  const child = spawn(process.execPath, ["companion/underpaint.mjs", ...args], {
    cwd: root,
    env: { ...process.env, UNDERPAINT_HOME: home, UNDERPAINT_PROVIDER: "cpu" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (ears === "closed") child.stdout.destroy();
  let [output, errors] = ["", ""];
  child.stdout.on("data", (text) => {
    output += text;
  });
  child.stderr.on("data", (text) => {
    errors += text;
  });
  return new Promise<{ code: number | null; output: string; errors: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, output, errors: errors.replace("Building …\n", "") })),
  );
}

test("a problem is one sentence with its code", async () => {
  const request = path.join(home, "request.json");
  writeFileSync(request, JSON.stringify({ model: "none", prompt: "x", seed: 1 }));
  expect(await underpaint(["generate", request, "--out", path.join(home, "out")])).toEqual({
    ...{ code: 1, output: "" },
    errors: 'There is no model "none": choose one from the list. (model-not-found)\n',
  });
});

test("a command whose reader leaves ends quietly", async () => {
  const { code, errors } = await underpaint(["models"], "closed");
  expect([code, errors]).toEqual([0, ""]);
});

test("models lists what is there by kind", async () => {
  const { code, output } = await underpaint(["models"]);
  expect(code).toBe(0);
  expect(output).toMatch(/Models\n {2}Starter {2}starter · Like Stable Diffusion 1\.x · 128 px\n/);
  expect(output).toContain("underpaint download ");
});
