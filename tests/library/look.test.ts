/** Looking through folders of thousands: each file costs the same, and nobody waits for the last one. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Hashes } from "../../companion/library/hashes.ts";
import { openLibrary } from "../../companion/library/library.ts";
import { liveLibrary } from "../../companion/library/live-library.ts";
import { temporaryFolder, writeSample } from "../checkpoint/sample.ts";

const fs = require("node:fs") as typeof import("node:fs");

const starter = path.join(__dirname, "../../starter/weights");
const LAYER = "lora_unet_time_embedding_linear_1";
const UP = { [`${LAYER}.lora_down.weight`]: { shape: [1, 320] }, [`${LAYER}.lora_up.weight`]: { shape: [1280, 1] } };
const ODD = { [`${LAYER}.lora_down.weight`]: { shape: [1, 321] }, [`${LAYER}.lora_up.weight`]: { shape: [1280, 1] } };

const top = temporaryFolder();
let folders = 0;

afterEach(() => jest.restoreAllMocks());

/** LoRAs, broken files, and LoRAs that go with no model. */
function folderOf({ loras = 0, broken = 0, odd = 0 }): string {
  const folder = path.join(top, `${++folders}`);
  mkdirSync(folder);
  for (let i = 0; i < loras; i++) writeSample(path.join(folder, `lora-${i}.safetensors`), UP);
  for (let i = 0; i < broken; i++) writeFileSync(path.join(folder, `broken-${i}.safetensors`), "no weights");
  for (let i = 0; i < odd; i++) writeSample(path.join(folder, `odd-${i}.safetensors`), ODD);
  return folder;
}

test("what each file costs does not grow with their number, whatever is in them", async () => {
  const perFile = async (each: number) => {
    const library = openLibrary({ folders: [folderOf({ loras: each, broken: each, odd: each })], starter });
    await library.list();
    const asked = (["statSync", "lstatSync", "readdirSync", "openSync"] as const).map((name) => jest.spyOn(fs, name));
    const { addOns, problems } = await library.list();
    expect([addOns.length, problems.length]).toEqual([each, 2 * each]);
    const calls = asked.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    jest.restoreAllMocks();
    return calls / (3 * each);
  };
  expect(await perFile(60)).toBeLessThan(1.2 * (await perFile(20)));
});

test("whoever asks while a look runs shares the next one", async () => {
  const folder = folderOf({ loras: 5 });
  const opened: string[] = [];
  const library = openLibrary({
    ...{ folders: [folder], starter },
    beforeOpening: ({ id }) => {
      opened.push(id);
      return undefined;
    },
  });
  const read = jest.spyOn(fs, "readdirSync");
  const first = library.list();
  await new Promise(setImmediate);
  const others = Array.from({ length: 20 }, () => library.list());
  expect(new Set((await Promise.all([first, ...others])).map(({ addOns }) => addOns.length))).toEqual(new Set([5]));
  expect(opened.filter((id) => id === "lora-0")).toHaveLength(1);
  expect(read.mock.calls.filter(([place]) => place === folder).length).toBeLessThanOrEqual(2 + 2);
});

test("a list that takes long is given in part, says so, and is told of when it is whole", async () => {
  const folder = folderOf({ loras: 20, odd: 2 });
  const hashes = new Hashes({ restMs: 0 });
  const library = liveLibrary(openLibrary({ folders: [folder], starter }), hashes, { patienceMs: 0, hashesMs: 60_000 });
  let changes = 0;
  const stop = library.onChange(() => changes++);
  const { addOns, problems } = await library.list();
  expect(addOns.length).toBeLessThan(20);
  expect(problems).toEqual([
    {
      name: "…",
      problem: { code: "models-unread", message: expect.stringMatching(/^\d+ of 23 files .* still being read/) },
    },
  ]);
  while (changes === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const whole = await library.list();
  expect(whole.addOns).toHaveLength(20);
  expect(whole.problems.map(({ name }) => name)).toEqual(["odd-0", "odd-1"]);
  stop();
  await hashes.close();
});
