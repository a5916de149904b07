import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { examine, type Finding } from "../../companion/cli/checks.ts";
import { deepChecks } from "../../companion/cli/deep-checks.ts";
import { readConfig } from "../../companion/config.ts";
import { temporaryFolder, writeSample } from "../checkpoint/sample.ts";
import { STARTER } from "../pipeline/studio-for-tests.ts";

const home = temporaryFolder();

test("deepChecks() examines each model and add-on, and compares the models' speed", async () => {
  const folder = path.join(home, "models");
  mkdirSync(folder);
  cpSync(STARTER, path.join(folder, "mine"), { recursive: true });
  const key = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k";
  writeSample(path.join(folder, "ink.safetensors"), {
    [`${key}.lora_down.weight`]: { shape: [4, 2048] },
    [`${key}.lora_up.weight`]: { shape: [1280, 4] },
  });
  const config = { ...readConfig({ provider: "cpu" }, { UNDERPAINT_HOME: home }) };
  const found = new Map<string, Finding[]>();
  for (const { name, check } of await deepChecks(config)) found.set(name, await examine(check, config, name));
  expect([...found.keys()]).toEqual(["Starter", "ink", "speed"]);
  expect(found.get("Starter")).toEqual([
    {
      mark: "ok",
      text: expect.stringMatching(/^Starter: its networks use every tensor, and all numbers in [\d.]+ MB are finite$/),
    },
  ]);
  expect(found.get("ink")).toEqual([
    {
      mark: "warn",
      text: "ink: all numbers in 0.0 MB are finite, but it fits no model here",
      fix: `It was made for Stable Diffusion XL: put such a model into ${folder}.`,
    },
  ]);
  expect(found.get("speed")!.map(({ text }) => text)).toEqual(
    Array(2).fill(expect.stringMatching(/^Starter: [\d.]+ s for a step at 128 px, [\d.]+ times the fastest$/)),
  );
});
