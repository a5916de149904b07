import { readComfyUi } from "../../../shared/image-text/comfyui-prompt.ts";

const read = (nodes: Record<string, readonly [type: string, inputs: Record<string, unknown>]>) =>
  readComfyUi(
    JSON.stringify(
      Object.fromEntries(Object.entries(nodes).map(([id, [class_type, inputs]]) => [id, { class_type, inputs }])),
    ),
  );

const sampler = { seed: 5, steps: 20, cfg: 8, sampler_name: "euler", scheduler: "normal", denoise: 1 };
const links = { model: ["4", 0], positive: ["6", 0], negative: ["7", 0], latent_image: ["5", 0] };

const BASIC = {
  "3": ["KSampler", { ...sampler, ...links }],
  "4": ["CheckpointLoaderSimple", { ckpt_name: "sub\\v1-5-pruned.safetensors" }],
  "5": ["EmptyLatentImage", { width: 512, height: 768, batch_size: 1 }],
  "6": ["CLIPTextEncode", { text: "a bottle", clip: ["4", 1] }],
  "7": ["CLIPTextEncode", { text: "text, watermark", clip: ["4", 1] }],
  "8": ["VAEDecode", { samples: ["3", 0], vae: ["4", 2] }],
  "9": ["SaveImage", { filename_prefix: "ComfyUI", images: ["8", 0] }],
} as const;

test("the graph that ComfyUI starts with", () => {
  expect(read(BASIC)).toEqual({
    tool: "ComfyUI",
    prompt: "a bottle",
    negativePrompt: "text, watermark",
    seed: 5,
    steps: 20,
    guidanceScale: 8,
    scheduler: { name: "euler", timestep_spacing: "linspace" },
    width: 512,
    height: 768,
    model: { name: "v1-5-pruned" },
    loras: [],
    unused: [],
  });
});

test("LoRAs in the order in which they are put to the model, and clip skip", () => {
  const found = read({
    ...BASIC,
    "3": ["KSampler", { ...sampler, ...links, model: ["11", 0] }],
    "10": [
      "LoraLoader",
      { lora_name: "first.safetensors", strength_model: 0.8, strength_clip: 1, model: ["4", 0], clip: ["12", 0] },
    ],
    "11": ["LoraLoaderModelOnly", { lora_name: "second.safetensors", strength_model: -0.5, model: ["10", 0] }],
    "12": ["CLIPSetLastLayer", { stop_at_clip_layer: -2, clip: ["4", 1] }],
    "6": ["CLIPTextEncode", { text: "a bottle", clip: ["10", 1] }],
  });
  expect(found?.loras).toEqual([
    { name: "first", weight: 0.8 },
    { name: "second", weight: -0.5 },
  ]);
  expect(found?.clipSkip).toBe(1);
});

test("a loader of several LoRAs, some of them off", () => {
  const power = {
    lora_1: { on: true, lora: "a.safetensors", strength: 1 },
    lora_2: { on: false, lora: "b.safetensors", strength: 1 },
    model: ["4", 0],
  };
  const found = read({
    ...BASIC,
    "3": ["KSampler", { ...sampler, ...links, model: ["10", 0] }],
    "10": ["Power Lora Loader (rgthree)", power],
  });
  expect(found?.loras).toEqual([{ name: "a", weight: 1 }]);
});

test("of two passes the first counts", () => {
  const found = read({
    ...BASIC,
    "20": ["LatentUpscale", { samples: ["3", 0], width: 1024, height: 1536 }],
    "21": ["KSampler", { ...sampler, seed: 99, denoise: 0.5, ...links, latent_image: ["20", 0] }],
    "8": ["VAEDecode", { samples: ["21", 0], vae: ["4", 2] }],
  });
  expect(found).toMatchObject({ seed: 5, width: 512, height: 768, unused: ["enlarging"] });
});

test("values that come from other nodes, and a seed of 64 bits", () => {
  const text = JSON.stringify({
    ...Object.fromEntries(Object.entries(BASIC).map(([id, [class_type, inputs]]) => [id, { class_type, inputs }])),
    "3": { class_type: "KSampler", inputs: { ...sampler, ...links, seed: ["30", 0], steps: ["31", 0] } },
    "6": { class_type: "CLIPTextEncode", inputs: { text: ["32", 0], clip: ["4", 1] } },
    "30": { class_type: "Seed (rgthree)", inputs: { seed: "SEED" } },
    "31": { class_type: "PrimitiveInt", inputs: { value: 12 } },
    "32": { class_type: "PrimitiveString", inputs: { value: "from elsewhere" } },
  }).replace('"SEED"', "1125899906842624123");
  expect(readComfyUi(text)).toMatchObject({
    seed: Number(1125899906842624123n & 0xffffffffn),
    steps: 12,
    prompt: "from elsewhere",
    negativePrompt: "text, watermark",
  });
});

test("image to image has a strength; from an empty latent all is new", () => {
  const found = read({
    ...BASIC,
    "3": ["KSampler", { ...sampler, denoise: 0.6, ...links }],
    "5": ["VAEEncode", { pixels: ["40", 0], vae: ["4", 2] }],
    "40": ["LoadImage", { image: "photo.png" }],
  });
  expect(found?.strength).toBe(0.6);
  expect(found?.width).toBeUndefined();
});

test("conditionings that are combined, and controls on the way", () => {
  const found = read({
    ...BASIC,
    "3": ["KSampler", { ...sampler, ...links, positive: ["50", 0], negative: ["50", 1] }],
    "50": [
      "ControlNetApplyAdvanced",
      { positive: ["51", 0], negative: ["7", 0], control_net: ["52", 0], image: ["53", 0], strength: 1 },
    ],
    "51": ["ConditioningCombine", { conditioning_1: ["6", 0], conditioning_2: ["54", 0] }],
    "52": ["ControlNetLoader", { control_net_name: "canny.safetensors" }],
    "53": ["LoadImage", { image: "x.png" }],
    "54": ["CLIPTextEncode", { text: "in a garden", clip: ["4", 1] }],
  });
  expect(found).toMatchObject({
    prompt: "a bottle\nin a garden",
    negativePrompt: "text, watermark",
    unused: ["ControlNet"],
  });
});

test("SDXL's two texts, each once", () => {
  const found = read({
    ...BASIC,
    "6": ["CLIPTextEncodeSDXL", { text_g: "a hill", text_l: "a hill", width: 1024, height: 1024, clip: ["4", 1] }],
    "7": ["CLIPTextEncodeSDXL", { text_g: "fog", text_l: "rain", width: 1024, height: 1024, clip: ["4", 1] }],
  });
  expect(found).toMatchObject({ prompt: "a hill", negativePrompt: "fog\nrain", width: 512 });
});

test("a sampler whose parts are nodes of their own", () => {
  const found = read({
    "4": ["UNETLoader", { unet_name: "some-model.safetensors", weight_dtype: "default" }],
    "5": ["EmptySD3LatentImage", { width: 1024, height: 1024, batch_size: 1 }],
    "6": ["CLIPTextEncode", { text: "a tower", clip: ["9", 0] }],
    "9": ["CLIPLoader", { clip_name: "t5.safetensors" }],
    "10": ["VAELoader", { vae_name: "ae.safetensors" }],
    "13": [
      "SamplerCustomAdvanced",
      { noise: ["25", 0], guider: ["22", 0], sampler: ["16", 0], sigmas: ["17", 0], latent_image: ["5", 0] },
    ],
    "16": ["KSamplerSelect", { sampler_name: "euler" }],
    "17": ["BasicScheduler", { scheduler: "simple", steps: 4, denoise: 1, model: ["4", 0] }],
    "22": ["BasicGuider", { model: ["4", 0], conditioning: ["6", 0] }],
    "25": ["RandomNoise", { noise_seed: 77 }],
  });
  expect(found).toEqual({
    tool: "ComfyUI",
    prompt: "a tower",
    negativePrompt: "",
    seed: 77,
    steps: 4,
    scheduler: { name: "euler", timestep_spacing: "trailing" },
    width: 1024,
    height: 1024,
    model: { name: "some-model" },
    vae: { name: "ae" },
    loras: [],
    unused: [],
  });
});

test.each(["no JSON", "[]", "{}", '{"1":{"class_type":"LoadImage","inputs":{}}}'])("%s has none", (text) => {
  expect(readComfyUi(text)).toBeUndefined();
});

test("nodes in a circle come to an end", () => {
  const found = read({
    ...BASIC,
    "6": ["ConditioningCombine", { conditioning_1: ["60", 0], conditioning_2: ["6", 0] }],
    "60": ["ConditioningConcat", { conditioning_to: ["6", 0], conditioning_from: ["60", 0] }],
  });
  expect(found).toMatchObject({ prompt: "", negativePrompt: "text, watermark" });
});
