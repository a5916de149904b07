import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Hashes } from "../../companion/library/hashes.ts";
import { openLibrary } from "../../companion/library/library.ts";
import { usedModels } from "../../companion/library/used-models.ts";
import { temporaryFolder, writeSample } from "../checkpoint/sample.ts";

const starter = path.join(__dirname, "../../starter/weights");
const top = temporaryFolder();
const LAYER = "lora_unet_time_embedding_linear_1";
const UP = { [`${LAYER}.lora_down.weight`]: { shape: [1, 320] }, [`${LAYER}.lora_up.weight`]: { shape: [1280, 1] } };
const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

test("usedModels() says what each file is, in the order of use and once, with digests that were not known", async () => {
  const folder = path.join(top, "models");
  mkdirSync(folder);
  const [ink, plain] = ["ink", "plain"].map((name) => path.join(folder, `${name}.safetensors`)) as [string, string];
  writeSample(ink, UP, { "modelspec.license": "cc-by-nc-4.0" });
  writeSample(plain, UP);
  const hashes = new Hashes({ file: path.join(top, "hashes.json"), restMs: 0 });
  const library = openLibrary({ folders: [folder], starter });
  const uses = [
    { as: "model", path: starter, name: "starter" },
    { as: "lora", path: ink, name: "ink" },
    { as: "lora", path: plain, name: "plain" },
    { as: "lora", path: ink, name: "ink" },
    { as: "upscaler", path: path.join(top, "gone.safetensors") },
  ] as const;
  const [model, first, second, gone, ...rest] = await usedModels(uses, { library, hashes });
  expect(rest).toEqual([]);
  expect(model).toMatchObject({ id: "starter", name: "Starter", as: "model", licence: expect.stringMatching(/MIT/) });
  expect([model!.sha256, model!.filesSha256]).toEqual([undefined, expect.stringMatching(/^[0-9a-f]{64}$/)]);
  expect(first).toMatchObject({ id: "ink", name: "ink", as: "lora", licence: "cc-by-nc-4.0" });
  expect(first!.sha256).toBe(sha256(readFileSync(ink)));
  expect(second).toMatchObject({ id: "plain", sha256: sha256(readFileSync(plain)) });
  expect(second).not.toHaveProperty("licence");
  // Whatever happened to it meanwhile, the picture was made with it.
  expect(gone).toEqual({ id: "gone", name: "gone", as: "upscaler" });
  await hashes.close();
  const kept = new Hashes({ file: path.join(top, "hashes.json") });
  expect(kept.find(ink)).toBe(first!.sha256);
});

test("two that keep hashes in one file lose none of each other's", async () => {
  const [one, two] = ["one", "two"].map((name) => path.join(top, `${name}.safetensors`)) as [string, string];
  for (const file of [one, two]) writeSample(file, UP, { file });
  const file = path.join(top, "shared.json");
  const [a, b] = [new Hashes({ file, restMs: 0 }), new Hashes({ file, restMs: 0 })];
  a.want([one], () => {});
  await a.idle();
  b.want([two], () => {});
  await b.idle();
  const later = new Hashes({ file });
  expect([later.find(one), later.find(two)]).toEqual([sha256(readFileSync(one)), sha256(readFileSync(two))]);
});
