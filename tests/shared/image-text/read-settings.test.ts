import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { readA1111 } from "../../../shared/image-text/a1111-text.ts";
import { pngChunks } from "../../../shared/image-text/png-chunks.ts";
import { pngTexts } from "../../../shared/image-text/png-text.ts";
import { readSettings } from "../../../shared/image-text/read-settings.ts";
import { withPngTexts } from "../../../shared/image-text/write-png-text.ts";
import { A1111_VARIANTS } from "./a1111-variants.ts";

const plainPng = async (): Promise<Uint8Array> =>
  new Uint8Array(
    await sharp({ create: { width: 4, height: 3, channels: 3, background: "#336699" } })
      .png()
      .toBuffer(),
  );

const withText = async (texts: Record<string, string>) =>
  withPngTexts(await plainPng(), new Map(Object.entries(texts)));

/** With a chunk after the header as it is given, but for its length and checksum. */
async function withChunk(type: string, data: Uint8Array): Promise<Uint8Array> {
  const png = await plainPng();
  const { end } = [...pngChunks(png)][0]!;
  const head = new Uint8Array(8);
  new DataView(head.buffer).setUint32(0, data.length);
  head.set(new TextEncoder().encode(type), 4);
  return Uint8Array.from([...png.subarray(0, end), ...head, ...data, 0, 0, 0, 0, ...png.subarray(end)]);
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe("texts of a PNG", () => {
  test("what is written is read, as Latin-1 or Unicode, and the picture stays", async () => {
    const png = await plainPng();
    const texts = new Map([
      ["parameters", "café\nSteps: 1"],
      ["other", "猫 – Ω"],
    ]);
    const written = withPngTexts(png, texts);
    expect(await pngTexts(written)).toEqual(texts);
    expect([...pngChunks(written)].map(({ type }) => type).slice(0, 3)).toEqual(["IHDR", "tEXt", "iTXt"]);
    expect(await sharp(written).raw().toBuffer()).toEqual(await sharp(png).raw().toBuffer());
  });

  test("what is written anew takes the place of the old", async () => {
    const once = await withText({ parameters: "old", kept: "here" });
    const twice = withPngTexts(once, new Map([["parameters", "new"]]));
    expect(await pngTexts(twice)).toEqual(
      new Map([
        ["parameters", "new"],
        ["kept", "here"],
      ]),
    );
  });

  test("compressed ones are read: sharp and others write them so", async () => {
    const z = await withChunk("zTXt", Uint8Array.from([...bytes("parameters\0\0"), ...deflateSync("as zTXt")]));
    expect((await pngTexts(z)).get("parameters")).toBe("as zTXt");
    const i = await withChunk(
      "iTXt",
      Uint8Array.from([...bytes("parameters\0\x01\0de\0Parameter\0"), ...deflateSync("als iTXt ü")]),
    );
    expect((await pngTexts(i)).get("parameters")).toBe("als iTXt ü");
  });

  test("what would fill the memory, is damaged or is cut short is left out", async () => {
    const large = deflateSync(Buffer.alloc(5 * 1024 * 1024, 32));
    const bomb = await withChunk("zTXt", Uint8Array.from([...bytes("parameters\0\0"), ...large]));
    expect(await pngTexts(bomb)).toEqual(new Map());
    expect(await pngTexts(await withChunk("zTXt", bytes("parameters\0\0no zlib")))).toEqual(new Map());
    expect(await pngTexts(await withChunk("tEXt", bytes("no zero in it")))).toEqual(new Map());
    const whole = await withText({ parameters: "x" });
    expect(await pngTexts(whole.subarray(0, 40))).toEqual(new Map());
    expect(await pngTexts(bytes("no picture"))).toEqual(new Map());
  });
});

describe("A1111's text", () => {
  test.each(A1111_VARIANTS)("%s", (_, text, expected) => {
    const found = readA1111(text)!;
    for (const [key, value] of Object.entries(expected)) expect([key, found[key as never]]).toEqual([key, value]);
  });

  test.each(["just a description", "a: 1, b: 2", ""])("%p is none", (text) => {
    expect(readA1111(text)).toBeUndefined();
  });

  test.each([
    ["commas", ",".repeat(2_000_000)],
    ["quotes", 'Steps: 1, a: "'.repeat(100_000)],
    ["letters", `Steps: 1, ${"a".repeat(2_000_000)}`],
    ["spaces", `Steps: 1, a:${" ".repeat(2_000_000)}b`],
  ])("a long line of %s takes no long time", (_, text) => {
    const start = performance.now();
    readA1111(text);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test.each(["jpeg", "webp"] as const)("in the comment of a %s", async (format) => {
    // sharp 0.35.5 writes "é" as "e".
    const text = "a cafe\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512";
    const image = await sharp({ create: { width: 4, height: 3, channels: 3, background: "#336699" } })
      .withExif({ IFD2: { UserComment: text } })
      .toFormat(format)
      .toBuffer();
    expect(await readSettings(new Uint8Array(image))).toMatchObject({ prompt: "a cafe", seed: 2 });
  });

  test.each([
    ["piexif's, big end first", "MM", true],
    ["Pillow's, little end first", "II", false],
  ] as const)("in an EXIF comment of 16 bits a letter: %s", async (_, order, big) => {
    const text = Buffer.from("x ü\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 2, Size: 512x512", "utf16le");
    const value = Buffer.concat([Buffer.from("UNICODE\0"), big ? text.swap16() : text]);
    const tiff = Buffer.alloc(44);
    const [u16, u32] =
      order === "MM"
        ? [tiff.writeUInt16BE.bind(tiff), tiff.writeUInt32BE.bind(tiff)]
        : [tiff.writeUInt16LE.bind(tiff), tiff.writeUInt32LE.bind(tiff)];
    tiff.write(order);
    u16(42, 2);
    u32(8, 4);
    u16(1, 8);
    u16(0x8769, 10);
    u16(4, 12);
    u32(1, 14);
    u32(26, 18);
    u16(1, 26);
    u16(0x9286, 28);
    u16(7, 30);
    u32(value.length, 32);
    u32(44, 36);
    const png = await withChunk("eXIf", Uint8Array.from(Buffer.concat([tiff, value])));
    expect(await readSettings(png)).toMatchObject({ prompt: "x ü", seed: 2 });
  });
});

describe("other tools", () => {
  test("InvokeAI, since version 3", async () => {
    const data = {
      generation_mode: "txt2img",
      positive_prompt: "a fox",
      negative_prompt: "snow",
      width: 768,
      height: 512,
      seed: 12345,
      cfg_scale: 6.5,
      steps: 28,
      scheduler: "dpmpp_2m_k",
      clip_skip: 1,
      model: { key: "k", hash: "blake3:0123456789abcdef", name: "Deliberate", base: "sd-1", type: "main" },
      vae: { name: "sd-vae-ft-mse" },
      loras: [{ model: { name: "ink" }, weight: 0.75 }],
      controlnets: [{ image: {} }],
      app_version: "5.4.0",
    };
    expect(await readSettings(await withText({ invokeai_metadata: JSON.stringify(data) }))).toEqual({
      tool: "InvokeAI",
      prompt: "a fox",
      negativePrompt: "snow",
      seed: 12345,
      steps: 28,
      guidanceScale: 6.5,
      scheduler: { name: "dpmpp_2m", use_karras_sigmas: true },
      width: 768,
      height: 512,
      clipSkip: 1,
      model: { name: "Deliberate", hash: "0123456789abcdef" },
      vae: { name: "sd-vae-ft-mse" },
      loras: [{ name: "ink", weight: 0.75 }],
      unused: ["controlnets"],
    });
  });

  test("InvokeAI 3.0's names of models", async () => {
    const data = {
      positive_prompt: "a",
      scheduler: "dpmpp_sde",
      model: { model_name: "m" },
      loras: [{ lora: { model_name: "l" }, weight: 1 }],
    };
    expect(await readSettings(await withText({ invokeai_metadata: JSON.stringify(data) }))).toMatchObject({
      model: { name: "m" },
      loras: [{ name: "l", weight: 1 }],
      scheduler: { name: "dpmpp_sde_brownian" },
    });
  });

  test("InvokeAI 2", async () => {
    const image = {
      prompt: [{ prompt: "a boat [people, text] at sea", weight: 1 }],
      steps: 50,
      cfg_scale: 7.5,
      sampler: "k_lms",
      seed: 9,
      width: 512,
      height: 512,
    };
    const data = { model_weights: "stable-diffusion-1.5", image };
    expect(await readSettings(await withText({ "sd-metadata": JSON.stringify(data) }))).toMatchObject({
      prompt: "a boat at sea",
      negativePrompt: "people, text",
      scheduler: { name: "lms" },
      model: { name: "stable-diffusion-1.5" },
    });
  });

  test("InvokeAI 1, a command", async () => {
    const Dream = '"a \\"small\\" boat [fog]" -s 50 -S 421 -W 640 -H 512 -C 7.5 -A k_euler_a';
    expect(await readSettings(await withText({ Dream }))).toMatchObject({
      prompt: 'a "small" boat',
      negativePrompt: "fog",
      steps: 50,
      seed: 421,
      width: 640,
      scheduler: { name: "euler_ancestral" },
    });
  });

  test("Fooocus' own form", async () => {
    const data = {
      prompt: "a lamp",
      negative_prompt: "",
      styles: "['Fooocus V2']",
      steps: 30,
      resolution: "(1152, 896)",
      guidance_scale: 4.0,
      clip_skip: 2,
      base_model: "juggernautXL_v8Rundiffusion",
      base_model_hash: "aeb7e9e689",
      refiner_model: "None",
      sampler: "dpmpp_2m_sde_gpu",
      scheduler: "karras",
      vae: "Default (model)",
      seed: "5124733232",
      lora_combined_1: "sd_xl_offset_example-lora_1.0 : 0.1",
    };
    const png = await withText({ parameters: JSON.stringify(data), fooocus_scheme: "fooocus" });
    expect(await readSettings(png)).toEqual({
      tool: "Fooocus",
      prompt: "a lamp",
      negativePrompt: "",
      seed: 5124733232 % 2 ** 32,
      steps: 30,
      guidanceScale: 4,
      scheduler: { name: "dpmpp_2m_sde", use_karras_sigmas: true },
      width: 1152,
      height: 896,
      clipSkip: 1,
      model: { name: "juggernautXL_v8Rundiffusion", hash: "aeb7e9e689" },
      loras: [{ name: "sd_xl_offset_example-lora_1.0", weight: 0.1 }],
      unused: ["styles ['Fooocus V2']"],
    });
  });

  test("Fooocus' older form, under Comment", async () => {
    const data = {
      Prompt: "a lamp",
      "Negative Prompt": "x",
      Resolution: "(1024, 1024)",
      Sampler: "euler",
      Seed: 3,
      "Base Model": "m.safetensors",
      "LoRA 1": "True : l.safetensors : 0.5",
      "LoRA 2": "False : k : 1",
    };
    expect(await readSettings(await withText({ Comment: JSON.stringify(data) }))).toMatchObject({
      negativePrompt: "x",
      width: 1024,
      model: { name: "m" },
      loras: [{ name: "l", weight: 0.5 }],
    });
  });

  test("SwarmUI", async () => {
    const data = {
      sui_image_params: {
        prompt: "p",
        negativeprompt: "n",
        model: "Folder/m",
        seed: 4,
        steps: 9,
        cfgscale: 3,
        sampler: "euler",
        scheduler: "karras",
        width: 64,
        height: 128,
        loras: ["a/b"],
        loraweights: ["0.5"],
      },
    };
    expect(await readSettings(await withText({ parameters: JSON.stringify(data) }))).toMatchObject({
      tool: "SwarmUI",
      prompt: "p",
      model: { name: "m" },
      scheduler: { name: "euler", use_karras_sigmas: true },
      loras: [{ name: "b", weight: 0.5 }],
    });
  });

  test("a picture without any, and one with texts of another kind", async () => {
    expect(await readSettings(await plainPng())).toBeUndefined();
    expect(await readSettings(await withText({ Software: "something", Comment: "hello" }))).toBeUndefined();
  });
});
