/** Texts as tools and extensions of the A1111 kind write them, and what they say. */
import type { FoundSettings } from "../../../shared/image-text/found-settings.ts";

type Expected = Partial<FoundSettings>;

const KARRAS = { name: "dpmpp_2m", use_karras_sigmas: true } as const;

export const A1111_VARIANTS: readonly (readonly [what: string, text: string, expected: Expected])[] = [
  [
    "the classic",
    "a red apple\nNegative prompt: blurry, ugly\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 965400086, Size: 512x768, Model hash: 45dee52b",
    {
      tool: "A1111",
      prompt: "a red apple",
      negativePrompt: "blurry, ugly",
      steps: 20,
      scheduler: { name: "euler_ancestral" },
      guidanceScale: 7,
      seed: 965400086,
      width: 512,
      height: 768,
      model: { hash: "45dee52b" },
      loras: [],
      unused: [],
    },
  ],
  [
    "no negative prompt",
    "a cat\nSteps: 8, Sampler: DPM++ 2M Karras, CFG scale: 2.5, Seed: 1, Size: 64x64",
    { prompt: "a cat", negativePrompt: "", scheduler: KARRAS, guidanceScale: 2.5 },
  ],
  [
    "prompts of several lines",
    "a cat,\n on a mat\n\nNegative prompt: dog\nbird\nSteps: 8, Sampler: Heun, CFG scale: 7, Seed: 1, Size: 64x64",
    { prompt: "a cat,\non a mat", negativePrompt: "dog\nbird", scheduler: { name: "heun" } },
  ],
  [
    "the schedule beside the sampler, since 1.9",
    "x\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 2, Size: 512x512, Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, Version: v1.10.1",
    { scheduler: KARRAS, model: { name: "v1-5-pruned-emaonly", hash: "6ce0161689" }, unused: [] },
  ],
  [
    "the schedule Automatic",
    "x\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Automatic, CFG scale: 7, Seed: 2, Size: 512x512",
    { scheduler: KARRAS },
  ],
  [
    "a schedule that the sampler has no choice of",
    "x\nSteps: 20, Sampler: LCM, Schedule type: Karras, CFG scale: 1.5, Seed: 2, Size: 512x512",
    { scheduler: { name: "lcm" } },
  ],
  [
    "Clip skip counts from 1",
    "x\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512, Clip skip: 2",
    { clipSkip: 1 },
  ],
  ["Clip skip 1", "x\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512, Clip skip: 1", { clipSkip: 0 }],
  [
    "image to image",
    "x\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512, Denoising strength: 0.35",
    { strength: 0.35, unused: [] },
  ],
  [
    "Hires fix, whose strength is the second pass'",
    "x\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512, Denoising strength: 0.7, Hires upscale: 2, Hires upscaler: Latent",
    { strength: undefined, unused: ["denoising strength", "hires upscale", "hires upscaler"] },
  ],
  [
    "LoRA tags stay in the prompt",
    'x <lora:ink_wash:0.8>\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512, Lora hashes: "ink_wash: 0a1b2c3d4e5f", TI hashes: "easynegative: c74b4e810b03", Version: 1.6.0',
    { prompt: "x <lora:ink_wash:0.8>", loras: [], unused: [] },
  ],
  [
    "quoted values with commas, colons and quotes",
    'x\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512, Model: "a, b: \\"c\\"", ControlNet 0: "Module: canny, Model: control_v11p_sd15_canny [d14c016b], Weight: 1, Resize Mode: Crop and Resize", Version: 1.6.0',
    { model: { name: 'a, b: "c"' }, unused: ["controlnet 0"] },
  ],
  [
    "the older ControlNet keys",
    "x\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512, ControlNet-0 Enabled: True, ControlNet-0 Weight: 1",
    { unused: ["controlnet-0 enabled", "controlnet-0 weight"] },
  ],
  [
    "an autoencoder",
    "x\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512, VAE hash: 735e4c3a44, VAE: vae-ft-mse-840000-ema-pruned.safetensors",
    { vae: { name: "vae-ft-mse-840000-ema-pruned", hash: "735e4c3a44" } },
  ],
  [
    "Civitai's lists at the end",
    'x\nSteps: 25, Sampler: DPM++ 2M Karras, CFG scale: 5, Seed: 3, Size: 832x1216, Clip skip: 2, Created Date: 2024-08-01T10:00:00.0000000Z, Civitai resources: [{"type":"checkpoint","modelVersionId":128078,"modelName":"Some XL","modelVersionName":"v9"}], Civitai metadata: {"remixOfId":1}',
    { steps: 25, width: 832, height: 1216, clipSkip: 1, unused: [] },
  ],
  [
    "a template after the settings (Dynamic Prompts)",
    "a red cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512\nTemplate: a {red|blue} cat\nNegative Template: x",
    { prompt: "a red cat", seed: 2 },
  ],
  [
    "a prompt that speaks of steps",
    "Steps: leading to a temple\nNegative prompt: fog\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512",
    { prompt: "Steps: leading to a temple", negativePrompt: "fog" },
  ],
  [
    "settings in another order",
    "x\nSampler: Euler, Steps: 12, Seed: 5, CFG scale: 4, Size: 512x512",
    { steps: 12, seed: 5, prompt: "x" },
  ],
  [
    "lines that end as on Windows",
    "a\r\nNegative prompt: b\r\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512\r\n",
    { prompt: "a", negativePrompt: "b", height: 512 },
  ],
  [
    "a seed of 64 bits",
    "x\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 18446744073709551615, Size: 512x512",
    { seed: 4294967295 },
  ],
  ["a seed of −1", "x\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: -1, Size: 512x512", { seed: undefined }],
  [
    "a sampler that is not known",
    "x\nSteps: 20, Sampler: Restart, CFG scale: 7, Seed: 2, Size: 512x512",
    { scheduler: undefined, unused: ["sampler Restart"] },
  ],
  [
    "DPM++ SDE is k-diffusion's",
    "x\nSteps: 20, Sampler: DPM++ SDE Karras, CFG scale: 7, Seed: 2, Size: 512x512",
    { scheduler: { name: "dpmpp_sde_brownian", use_karras_sigmas: true } },
  ],
  [
    "steps beyond what can be done",
    "x\nSteps: 5000, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512",
    { steps: undefined, seed: 2 },
  ],
  [
    "an empty prompt",
    "\nNegative prompt: a\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512",
    { prompt: "", negativePrompt: "a" },
  ],
  [
    "weights and breaks are left as they are",
    "(a:1.2), [b], c BREAK d\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512",
    { prompt: "(a:1.2), [b], c BREAK d" },
  ],
  [
    "Forge",
    "x\nSteps: 4, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 2, Size: 896x1152, Model hash: 2bea7c6f5a, Model: some-model, Version: f2.0.1v1.10.1",
    { scheduler: { name: "euler", timestep_spacing: "trailing" }, unused: ["distilled cfg scale"] },
  ],
  [
    "Fooocus in A1111's form",
    'a cat, cinematic still\nNegative prompt: anime\nSteps: 30, Sampler: DPM++ 2M SDE Karras, Seed: 7, Size: 1152x896, CFG scale: 4, Sharpness: 2, ADM Guidance: "(1.5, 0.8, 0.3)", Model: juggernautXL, Model hash: aeb7e9e689, Performance: Speed, Scheduler: karras, VAE: Default (model), Raw prompt: a cat, Raw negative prompt: "", Lora hashes: "offset: 4852686128", Lora weights: "offset: 0.1", Version: Fooocus v2.5.5',
    {
      tool: "Fooocus",
      prompt: "a cat",
      negativePrompt: "",
      scheduler: { name: "dpmpp_2m_sde", use_karras_sigmas: true },
      loras: [{ name: "offset", weight: 0.1 }],
      unused: ["sharpness", "adm guidance"],
    },
  ],
];
