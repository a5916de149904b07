import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { Hashes } from "../../companion/library/hashes.ts";
import { openLibrary } from "../../companion/library/library.ts";
import { liveLibrary } from "../../companion/library/live-library.ts";
import { temporaryFolder, writeSample } from "../checkpoint/sample.ts";

const starter = path.join(__dirname, "../../starter/weights");
const top = temporaryFolder();
const LAYER = "lora_unet_time_embedding_linear_1";
const UP = { [`${LAYER}.lora_down.weight`]: { shape: [1, 320] }, [`${LAYER}.lora_up.weight`]: { shape: [1280, 1] } };

test("list() has each file's hash once it is known, and tells of all of them together", async () => {
  const folder = path.join(top, "models");
  mkdirSync(folder);
  for (let i = 0; i < 20; i++) writeSample(path.join(folder, `lora ${i}.safetensors`), UP, { i: String(i) });
  const hashes = new Hashes({ file: path.join(top, "hashes.json"), restMs: 0 });
  const library = liveLibrary(openLibrary({ folders: [folder], starter }), hashes, {
    hashesMs: 1000,
    patienceMs: 60_000,
  });
  let changes = 0;
  const stop = library.onChange(() => changes++);
  expect((await library.list()).addOns.map(({ sha256 }) => sha256)).toEqual(Array(20).fill(undefined));
  while (changes === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await hashes.idle();
  const { models, addOns } = await library.list();
  expect(models[0]!.sha256).toBeUndefined();
  for (const { id, sha256 } of addOns)
    expect(sha256).toBe(
      createHash("sha256")
        .update(readFileSync(path.join(folder, `${id}.safetensors`)))
        .digest("hex"),
    );
  expect(changes).toBeLessThan(5);
  rmSync(path.join(folder, "lora 0.safetensors"));
  expect((await library.list()).addOns).toHaveLength(19);
  stop();
  await hashes.close();
});
