/** Random models: folders that open as people's do, and the numbers in them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { halfBits } from "../../companion/bench/half-bits.ts";
import type { ModelShapes } from "../../companion/bench/model-shapes.ts";
import { openUNet } from "../../companion/bench/open-unet.ts";
import { pictureUNet } from "../../companion/bench/picture-unet.ts";
import { writeRandomModel } from "../../companion/bench/random-model.ts";
import { SDXL } from "../../companion/bench/sdxl.ts";
import { stepFeeds } from "../../companion/bench/step-feeds.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { halfFloats } from "../../companion/graph/half-floats.ts";
import { checkWeights } from "../../companion/pipeline/families.ts";

/** Stable Diffusion XL's own parts, each a fraction as wide. */
const [text, second] = SDXL.texts;
const narrow = { num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 32 };
const TINY: ModelShapes = {
  ...SDXL,
  unet: {
    ...SDXL.unet,
    ...{ sample_size: 16, block_out_channels: [32, 64, 64], transformer_layers_per_block: [1, 1, 2] },
    ...{ attention_head_dim: [2, 4, 4], cross_attention_dim: 48, addition_time_embed_dim: 8 },
    projection_class_embeddings_input_dim: 32 + 6 * 8,
  },
  vae: { ...SDXL.vae, block_out_channels: [32, 32, 32, 32], sample_size: 128 },
  texts: [
    { ...text, ...narrow, hidden_size: 16 },
    { ...second, ...narrow, hidden_size: 32, projection_dim: 32 },
  ],
};

const folder = mkdtempSync(path.join(tmpdir(), "underpaint-random-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a folder of Stable Diffusion XL opens with all that its networks ask for, in float16, and a step is given what it reads", async () => {
  writeRandomModel(folder, TINY);
  const model = await openUNet(folder);
  checkWeights(model, DIALECTS.cpu);
  expect(model.textEncoders).toHaveLength(2);
  expect(model.denoiser.weights.find("conv_in.weight")?.type).toBe("F16");
  expect(model.nativeSize).toBe(128);
  const published = [...openSafetensors(path.join(folder, "text_encoder_2/model.safetensors")).keys()];
  expect(published).toContain("text_model.embeddings.token_embedding.weight");
  expect(published.filter((key) => !key.startsWith("text_model."))).toEqual(["text_projection.weight"]);

  const feeds = stepFeeds(pictureUNet(model, { dialect: DIALECTS.cpu }), model.nativeSize);
  const dims = Object.fromEntries(Object.entries(feeds).map(([name, of]) => [name, of.dims]));
  expect(dims).toEqual({
    sample: [2, 4, 16, 16],
    timestep: [2],
    encoder_hidden_states: [2, 77, 48],
    text_embeds: [2, 32],
    time_ids: [2, 6],
  });
  const sizes = [128, 128, 0, 0, 128, 128];
  expect([...feeds.time_ids!.data]).toEqual([...sizes, ...sizes]);
  expect([...feeds.timestep!.data]).toEqual([500, 500]);
});

test("halfBits() is the nearest float16", () => {
  const values = halfFloats();
  for (const value of [0, 1, -1, 0.1, -0.3333, 65504, 1 / 3, 6.2e-5, 2049, 2051, 0.99999]) {
    const found = values[halfBits(value)]!;
    const bits = halfBits(value);
    for (const beside of [bits - 1, bits + 1].map((at) => values[at]!).filter(Number.isFinite))
      expect(Math.abs(found - value)).toBeLessThanOrEqual(Math.abs(beside - value));
  }
  expect(values[halfBits(1e6)]).toBe(Number.POSITIVE_INFINITY);
  expect(values[halfBits(1e-6)]).toBe(0);
});
