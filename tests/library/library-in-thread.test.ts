import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { readConfig } from "../../companion/config.ts";
import { LibraryInThread } from "../../companion/library/library-in-thread.ts";

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
  const { problems } = await open(["good", "hangs"], undefined, 300).list();
  expect(problems).toEqual([
    { name: "hangs", problem: { code: "file-unreadable", message: expect.stringContaining("delete it") } },
  ]);
  expect((await library.list()).problems).toHaveLength(1);
});

test("a file that takes all memory is named, too", async () => {
  const { problems } = await open(["hungry"]).list();
  expect(problems).toMatchObject([{ name: "hungry", problem: { code: "file-unreadable" } }]);
}, 60_000);

/** Text in the models folder that a pattern or a parser could take minutes for. */
const HOSTILE: Record<string, () => Buffer> = {
  "header.safetensors": () => header(`{${Array.from({ length: 2_400_000 }, (_, i) => `"${i}":{}`).join()}}`),
  "depth.safetensors": () => header(`{"a":${"[".repeat(15e6)}`),
  "numbers.json": () => Buffer.from(`{"a":[${"-Infinity ".repeat(3e6)}`),
  "spaces.json": () => Buffer.from(`{"a":${" ".repeat(30e6)}Infinity`),
  "quotes.json": () => Buffer.from('"'.repeat(30e6)),
};
function header(json: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(json)));
  return Buffer.concat([length, Buffer.from(json), Buffer.alloc(16)]);
}

test("hostile files in the models folder hold up neither the list nor the thread that asks for it", async () => {
  if (!existsSync(config.libraryEntry)) throw new Error("Build first: node companion/build.mjs");
  mkdirSync(path.join(models, "broken"), { recursive: true });
  for (const [name, make] of Object.entries(HOSTILE)) writeFileSync(path.join(models, name), make());
  for (const name of ["numbers.json", "spaces.json", "quotes.json"]) {
    const folder = path.join(models, name.replace(".json", ""));
    mkdirSync(folder);
    writeFileSync(path.join(folder, "model_index.json"), HOSTILE[name]!());
  }
  const silence = monitorEventLoopDelay({ resolution: 5 });
  open([models], config.libraryEntry);
  await library.thumbnail("starter");
  silence.enable();
  const started = performance.now();
  const { models: found, problems } = await library.list();
  silence.disable();
  expect(found.map(({ id }) => id)).toEqual(["starter"]);
  expect(problems.map(({ name }) => name).sort()).toEqual(["depth", "header", "numbers", "quotes", "spaces"]);
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(silence.max / 1e6).toBeLessThan(500);
}, 60_000);
