import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { readConfig } from "../../companion/config.ts";
import { LibraryInThread } from "../../companion/library/library-in-thread.ts";
import { HOSTILE_FILES } from "../trust/hostile-files.ts";

const home = mkdtempSync(path.join(tmpdir(), "underpaint-library-thread-"));
const models = path.join(home, "models");
const config = readConfig({ models: [models] }, { UNDERPAINT_HOME: home });
let library: LibraryInThread;
afterEach(() => library.close());
afterAll(() => rmSync(home, { recursive: true, force: true }));

function open(folders: readonly string[], entry = path.join(__dirname, "thread-double.mjs"), fileMs?: number) {
  const setup = { folders, starter: config.starter, hashesFile: config.hashesFile };
  library = new LibraryInThread({ entry, setup, ...(fileMs && { fileMs }) });
  return library;
}

test("a file that never ends is named as one that can't be used, and the others are listed", async () => {
  const { problems } = await open(["good", "hangs"], undefined, 3000).list();
  expect(problems).toEqual([
    { name: "hangs", problem: { code: "file-unreadable", message: expect.stringContaining("delete it") } },
  ]);
  expect((await library.list()).problems).toHaveLength(1);
});

test("a file that takes all memory is named, too", async () => {
  const { problems } = await open(["hungry"]).list();
  expect(problems).toMatchObject([{ name: "hungry", problem: { code: "file-unreadable" } }]);
});

test("hostile files in the models folder hold up neither the list nor the thread that asks for it", async () => {
  if (!existsSync(config.libraryEntry)) throw new Error("Build first: node companion/build.mjs");
  for (const [name, make] of Object.entries(HOSTILE_FILES)) {
    mkdirSync(path.dirname(path.join(models, name)), { recursive: true });
    writeFileSync(path.join(models, name), make());
  }
  const silence = monitorEventLoopDelay({ resolution: 5 });
  open([models], config.libraryEntry);
  await library.thumbnail("starter");
  silence.enable();
  const started = performance.now();
  const { models: found, problems } = await library.list();
  silence.disable();
  expect(found.map(({ id }) => id)).toEqual(["starter"]);
  expect(problems).toHaveLength(Object.keys(HOSTILE_FILES).length);
  expect(performance.now() - started).toBeLessThan(60_000);
  // Whoever shares the processor counts, too: tests/trust/silence.test.ts measures without them.
  expect(silence.max / 1e6).toBeLessThan(1500);
});
