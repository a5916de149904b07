/** Z-Image through the pipeline: what parity with diffusers does not show. */
import path from "node:path";
import { temporaryFolder, writeData } from "../checkpoint/sample.ts";
import { tensorsOf } from "../checkpoint/z-image-control-sample.ts";
import { Z_IMAGE } from "../checkpoint/z-image-sample.ts";
import { testsOfEveryTransformer } from "./every-transformer.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const top = temporaryFolder();
const spelt = (name: string) => path.join(top, `${name}.safetensors`);
const FILES = path.join(Z_IMAGE, "../../z-image-files");
const kohya = (key: string) => {
  const [, layer, end] = /^(?:transformer|diffusion_model)\.(.+)\.((?:lora_\w+\.weight|alpha))$/.exec(key)!;
  return `lora_unet_${layer!.replaceAll(".", "_")}.${end}`;
};
/** Whose LoRA it is, and how another program calls its tensors. */
const SPELLINGS: Readonly<Record<string, readonly [file: string, rename: (key: string) => string]>> = {
  "kohya, of diffusers' layers": ["lora-diffusers", (key) => kohya(key).replace("_to_out_0.", "_to_out.")],
  "kohya, of the original's layers": ["lora-fused", kohya],
  "ComfyUI, of diffusers' layers": ["lora-diffusers", (key) => key.replace("transformer.", "diffusion_model.")],
  "OneTrainer, of the original's layers": ["lora-fused", (key) => key.replace("diffusion_model.", "transformer.")],
  "ai-toolkit, as it was saved raw": ["lora-toolkit", (key) => key.replace(".weight", ".default.weight")],
  "peft, wrapped": ["lora-toolkit", (key) => key.replace("diffusion_model.", "base_model.model.")],
};
const studio = openTestStudio(undefined, {
  "z-image": Z_IMAGE,
  ...Object.fromEntries(Object.keys(SPELLINGS).map((name) => [name, spelt(name)])),
  ...Object.fromEntries(
    ["diffusers", "fused", "toolkit"].map((name) => [`lora-${name}`, path.join(FILES, `lora-${name}.safetensors`)]),
  ),
});
afterAll(() => studio.close());

const fields = { model: "z-image", steps: 2, guidanceScale: 0 } as const;
const transformers = () => studio.sessions.list().filter(({ key }) => key.includes("/z-image/"));

test("one session serves three sizes, prompts of other lengths, and guidance", async () => {
  const first = await paint(studio, request({ ...fields, width: 64, height: 64 }));
  const [opened] = transformers();
  const wide = await paint(studio, request({ ...fields, width: 96, height: 40, prompt: "a red cat ".repeat(20) }));
  const guided = await paint(studio, request({ ...fields, width: 40, height: 72, guidanceScale: 1 }));
  expect(transformers().map(({ key }) => key)).toEqual([opened!.key]);
  expect(wide.trace.get("latents.1")!.dims).toEqual([1, 16, 10, 24]);
  expect(guided.trace.get("negative_prompt_embeds")!.dims).not.toEqual(first.trace.get("prompt_embeds")!.dims);
});

testsOfEveryTransformer({ studio, fields, guided: 0.5 });

test.each(Object.entries(SPELLINGS))(
  "a LoRA in the names of %s draws the same, byte for byte",
  async (name, [file, rename]) => {
    const own = tensorsOf(path.join(FILES, `${file}.safetensors`));
    writeData(spelt(name), Object.fromEntries(Object.entries(own).map(([key, value]) => [rename(key), value])), "F32");
    const draw = async (lora?: string) => {
      const loras = lora === undefined ? [] : [{ model: lora, weight: 0.7, textEncoderWeight: 0.7 }];
      return (await paint(studio, request({ ...fields, loras }))).result.png;
    };
    const known = await draw(file);
    expect(await draw(name)).toEqual(known);
    expect(await draw()).not.toEqual(known);
  },
);
