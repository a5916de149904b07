import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runApart } from "../../companion/cli/apart.ts";

const folder = mkdtempSync(path.join(tmpdir(), "underpaint-apart-"));
afterAll(() => rmSync(folder, { recursive: true }));
const program = (text: string) => {
  const file = path.join(folder, "program.mjs");
  writeFileSync(file, text);
  return file;
};

test("runApart() resolves to the exit code of a process that knows what it is", async () => {
  const entry = program("process.exit(process.env.UNDERPAINT_APART && process.argv[2] === 'x' ? 7 : 1)");
  await expect(runApart(entry, ["x"])).resolves.toBe(7);
});

test.each([
  ["SIGBUS", "engine-crashed", "A file of the model was cut short while it was in use"],
  ["SIGKILL", "engine-crashed", "ended unexpectedly (SIGKILL"],
])("runApart() says what %s means", async (signal, code, said) => {
  const killed = runApart(program(`process.kill(process.pid, "${signal}"); setInterval(() => {}, 1000)`), []);
  await expect(killed).rejects.toMatchObject({ code, message: expect.stringContaining(said) });
});
