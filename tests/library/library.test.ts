import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Library, openLibrary } from "../../companion/library/library.ts";
import { attempted } from "../attempted.ts";
import { tensorsOf } from "../checkpoint/families.ts";
import { openUNet } from "../checkpoint/open-unet.ts";
import { temporaryFolder, writeSample } from "../checkpoint/sample.ts";

const starter = path.join(__dirname, "../../starter/weights");
const fixtures = path.join(__dirname, "../fixtures/networks");
const top = temporaryFolder();
let count = 0;

/** An empty models folder, and a library of it. */
function fresh(): { folder: string; library: Library } {
  const folder = path.join(top, String(count++));
  mkdirSync(folder);
  return { folder, library: openLibrary({ folders: [folder], starter }) };
}

describe("list()", () => {
  test("always has the starter model, with what its folder says about it", async () => {
    const { models, problems } = await openLibrary({ folders: [path.join(top, "absent")], starter }).list();
    expect(problems).toEqual([]);
    expect(models).toHaveLength(1);
    expect(models[0]).toMatchObject({
      id: "starter",
      family: { id: "sd1", name: "Stable Diffusion 1.x", like: true },
      nativeSize: 128,
      sizeMultiple: 8,
      maxTokens: 32,
      inpainting: false,
      references: true,
    });
    expect(models[0]!.provenance!.map(({ licence }) => licence)).toContain("MIT");
    expect(models[0]!.suggestions.length).toBeGreaterThan(3);
    expect(models[0]!.licence).toContain("commercial");
  });

  test("has upscalers as what they are, by themselves; one of another design is named", async () => {
    const { folder, library } = fresh();
    for (const name of ["esrgan", "compact"])
      cpSync(path.join(fixtures, `upscaler-${name}/weights.safetensors`), path.join(folder, `${name}.safetensors`));
    writeSample(path.join(folder, "swin.safetensors"), { "conv_first.weight": { shape: [8, 3, 3, 3] } });
    const { addOns, problems } = await library.list();
    expect(addOns.map(({ id, kind, families, upscaler }) => [id, kind, families, upscaler])).toEqual([
      ["compact", "upscaler", [], { architecture: "Compact", scale: 4 }],
      ["esrgan", "upscaler", [], { architecture: "ESRGAN", scale: 4 }],
    ]);
    expect(problems.map(({ name, problem }) => [name, problem.code, problem.message])).toEqual([
      ["swin", "model-unsupported", expect.stringContaining("not an upscaler that this version knows")],
    ]);
  });

  test("finds single files and folders at any depth, by what is in them", async () => {
    const { folder, library } = fresh();
    mkdirSync(path.join(folder, "Stable-diffusion/fine tunes"), { recursive: true });
    writeSample(path.join(folder, "Stable-diffusion/fine tunes/lora-of-nothing.safetensors"), tensorsOf("sd1"), {
      "modelspec.license": "CreativeML Open RAIL-M",
      "modelspec.trigger_phrase": "in the style of nothing",
    });
    writeSample(path.join(folder, "paint.safetensors"), tensorsOf("sd1-inpaint"));
    cpSync(starter, path.join(folder, "copied"), { recursive: true });
    const { models, problems } = await library.list();
    expect(problems).toEqual([]);
    expect(models.map(({ id, name, inpainting }) => [id, name, inpainting])).toEqual([
      ["starter", "Starter", false],
      ["Stable-diffusion/fine tunes/lora-of-nothing", "lora-of-nothing", false],
      ["copied", "Starter", false],
      ["paint", "paint", true],
    ]);
    expect(models[1]).toMatchObject({
      licence: "CreativeML Open RAIL-M",
      note: 'Put "in the style of nothing" into the prompt: the model was trained on it.',
      nativeSize: 512,
      maxTokens: 77,
      defaults: { steps: 25, guidanceScale: 7, scheduler: "dpmpp_2m" },
      suggestions: [],
    });
  });

  test("says of each unusable file why", async () => {
    const { folder, library } = fresh();
    writeSample(path.join(folder, "motion.safetensors"), {
      "up_blocks.2.motion_modules.0.norm.weight": { shape: [320] },
    });
    writeFileSync(path.join(folder, "old.ckpt"), "PK\x03\x04");
    writeSample(path.join(folder, "broken.safetensors"), tensorsOf("sd1"));
    truncateSync(path.join(folder, "broken.safetensors"), 1_000_000);
    writeFileSync(path.join(folder, "inpaint_v26.fooocus.patch"), "PK\x03\x04");
    writeFileSync(path.join(folder, "fooocus_inpaint_head.pth"), "PK\x03\x04");
    writeFileSync(path.join(folder, "fix.patch"), "of somebody's own");
    writeFileSync(path.join(folder, "notes.txt"), "not a model at all");
    writeFileSync(path.join(folder, ".hidden.safetensors"), "");
    const { models, problems } = await library.list();
    expect(models).toHaveLength(1);
    expect(problems.map(({ name, problem }) => [name, problem.code])).toEqual([
      ["broken", "file-truncated"],
      ["fooocus_inpaint_head.pth", "file-not-safetensors"],
      ["inpaint_v26.fooocus.patch", "file-not-safetensors"],
      ["motion", "model-unsupported"],
      ["old.ckpt", "file-not-safetensors"],
    ]);
    expect(problems[2]!.problem.message).toMatch(/^"inpaint_v26\.fooocus\.patch" belongs to Fooocus' inpaint patch/);
    expect(problems[3]!.problem.message).toBe(
      '"motion.safetensors" is an AnimateDiff motion module for SDXL (beta), not a model that can draw by itself: choose one for Stable Diffusion 1.',
    );
  });

  test("knows LoRAs and embeddings by the names that prompts call them", async () => {
    const { folder, library } = fresh();
    mkdirSync(path.join(folder, "Lora"));
    const layer = "lora_unet_time_embedding_linear_1";
    const pair = {
      [`${layer}.lora_down.weight`]: { shape: [1, 320] },
      [`${layer}.lora_up.weight`]: { shape: [1280, 1] },
    };
    writeSample(path.join(folder, "Lora/ink.safetensors"), pair, { ss_output_name: "ink_v2" });
    writeSample(path.join(folder, "toy.safetensors"), { emb_params: { shape: [2, 768] } });
    expect((await library.list()).problems).toEqual([]);
    expect(await library.adapters("lora")).toEqual([
      { id: "Lora/ink", name: "ink", families: ["sd1", "sd2", "sdxl"] },
      { id: "Lora/ink", name: "ink_v2", families: ["sd1", "sd2", "sdxl"] },
    ]);
    expect(await library.adapters("embedding")).toEqual([{ id: "toy", name: "toy", families: ["sd1"] }]);
  });

  test("tells of add-ons what they are for", async () => {
    const { folder, library } = fresh();
    const write = (name: string, tensors: Parameters<typeof writeSample>[1], metadata?: Record<string, string>) =>
      writeSample(path.join(folder, `${name}.safetensors`), tensors, metadata);
    const key = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k";
    const lora = { [`${key}.lora_down.weight`]: { shape: [4, 2048] }, [`${key}.lora_up.weight`]: { shape: [1280, 4] } };
    write("ink", lora, { "modelspec.license": "MIT" });
    writeFileSync(path.join(folder, "ink.json"), '{"activation text": "inked, line", "preferred weight": 0.8}');
    write("foreign", { "lora_unet_joint_blocks_18_x_block_attn_qkv.lora_up.weight": { shape: [4, 1] } });
    write("word", { emb_params: { shape: [2, 768] } });
    write("pose", { "controlnet_cond_embedding.conv_in.weight": { shape: [16, 3, 3, 3] } });
    write("sketch", { "body.0.resnets.0.block1.weight": { shape: [8] }, "conv_in.weight": { shape: [8, 768, 3, 3] } });
    write("short", { [`${key}.lora_down.weight`]: { shape: [4, 768] } });
    write("other", { ...lora, [`${key}.lora_up.weight`]: { shape: [640, 4] } });
    const { addOns, problems } = await library.list();
    const [sd1, sdxl] = ["sd1", "sdxl"].map((id) => ({ id, name: expect.stringContaining("Diffusion") }));
    const plain = { triggerWords: [], thumbnail: false };
    expect(addOns).toEqual([
      {
        ...{ id: "ink", name: "ink", kind: "lora", families: [sdxl], triggerWords: ["inked", "line"] },
        ...{ suggestedWeight: 0.8, licence: "MIT", thumbnail: false },
      },
      { ...plain, id: "word", name: "word", kind: "embedding", families: [sd1], triggerWords: ["word"] },
    ]);
    expect(problems.map(({ name, problem }) => [name, problem.message])).toEqual([
      ["foreign", expect.stringContaining("a LoRA for Stable Diffusion 3")],
      ["other", expect.stringContaining("for a layer of another size")],
      ["pose", expect.stringContaining('lacks the tensor "')],
      ["short", expect.stringContaining('lacks the "up"')],
      ["sketch", expect.stringContaining("lacks the tensor")],
    ]);
    writeFileSync(path.join(folder, "ink.json"), '{"activation text": "other"}');
    expect((await library.list()).addOns[0]).toMatchObject({ triggerWords: ["other"] });
  });

  test("sees what changed since", async () => {
    const { folder, library } = fresh();
    const file = path.join(folder, "new.safetensors");
    expect((await library.list()).models).toHaveLength(1);
    writeSample(file, tensorsOf("sd1"));
    expect((await library.list()).models.map(({ id }) => id)).toEqual(["starter", "new"]);
    writeSample(file, { "vision_model.embeddings.x": { shape: [1] } });
    expect((await library.list()).problems[0]!.problem.code).toBe("model-unsupported");
    rmSync(file);
    expect(await library.list()).toMatchObject({ models: [{ id: "starter" }], problems: [] });
  });

  test("opens a file again only when it changed", async () => {
    const { folder, library } = fresh();
    writeSample(path.join(folder, "one.safetensors"), tensorsOf("sd1"));
    const first = (await library.list()).models[1]!;
    const second = (await library.list()).models[1]!;
    expect(second.suggestions).toBe(first.suggestions);
  });

  test("refuses links that leave the models folders, and follows those that do not", async () => {
    const { folder, library } = fresh();
    const outside = path.join(top, "outside.safetensors");
    writeSample(outside, tensorsOf("sd1"));
    symlinkSync(outside, path.join(folder, "leads-out.safetensors"));
    cpSync(starter, path.join(folder, "sneaky"), { recursive: true });
    const weights = path.join(folder, "sneaky/unet/diffusion_pytorch_model.safetensors");
    renameSync(weights, path.join(top, "unet.safetensors"));
    symlinkSync(path.join(top, "unet.safetensors"), weights);
    mkdirSync(path.join(folder, "blobs"));
    writeSample(path.join(folder, "blobs/abc"), tensorsOf("sd1"));
    symlinkSync("blobs/abc", path.join(folder, "stays.safetensors"));
    symlinkSync(folder, path.join(folder, "circle"));
    const { models, problems } = await library.list();
    expect(models.map(({ id }) => id)).toEqual(["starter", "stays"]);
    expect(problems.map(({ name, problem }) => [name, problem.code])).toEqual([
      ["leads-out", "file-outside-models"],
      ["sneaky", "file-outside-models"],
    ]);
  });

  test("understands the Hugging Face cache", async () => {
    const { folder, library } = fresh();
    const snapshot = path.join(folder, "models--maker--model/snapshots/0123abc");
    cpSync(starter, snapshot, { recursive: true });
    rmSync(path.join(snapshot, "underpaint.json"));
    const blobs = path.join(folder, "models--maker--model/blobs");
    mkdirSync(blobs);
    const weights = path.join(snapshot, "unet/diffusion_pytorch_model.safetensors");
    renameSync(weights, path.join(blobs, "feed"));
    symlinkSync("../../../blobs/feed", weights);
    const { models, problems } = await library.list();
    expect(problems).toEqual([]);
    expect(models[1]).toMatchObject({ id: "models--maker--model/snapshots/0123abc", name: "maker/model" });
  });

  test("takes a models folder that is a model itself", async () => {
    const { folder } = fresh();
    cpSync(starter, folder, { recursive: true });
    const library = openLibrary({ folders: [folder], starter });
    expect((await library.list()).models.map(({ id }) => id)).toEqual(["starter", "."]);
    expect(library.resolve(".", { allowPaths: false })).toBe(folder);
  });

  test("says where underpaint.json is wrong", async () => {
    const { folder, library } = fresh();
    cpSync(starter, path.join(folder, "copied"), { recursive: true });
    writeFileSync(path.join(folder, "copied/underpaint.json"), '{"defaults": {"steps": "many"}}');
    expect((await library.list()).problems).toEqual([
      {
        name: "copied/notes",
        problem: {
          code: "config-invalid",
          message: expect.stringContaining('"copied/underpaint.json" is not as expected at "defaults.steps"'),
        },
      },
    ]);
  });

  test("takes what to begin with from Civitai's record and, before it, from notes beside a single file", async () => {
    const { folder, library } = fresh();
    for (const name of ["said", "noted"]) {
      writeSample(path.join(folder, `${name}.safetensors`), tensorsOf("sd1"));
      writeFileSync(path.join(folder, `${name}.civitai.info`), '{"baseModel": "SD 1.5 Hyper"}');
    }
    writeFileSync(
      path.join(folder, "noted.underpaint.json"),
      '{"name": "Mine", "defaults": {"steps": 8, "scheduler": "TCD"}}',
    );
    const { models } = await library.list();
    expect(models.slice(1).map(({ name, defaults }) => [name, defaults])).toEqual([
      ["Mine", { steps: 8, guidanceScale: 1, scheduler: "TCD" }],
      ["said", { steps: 4, guidanceScale: 1, scheduler: "Euler Trailing" }],
    ]);
  });

  test("tells of two models with one id", async () => {
    const [one, two] = [fresh().folder, fresh().folder];
    for (const folder of [one, two]) writeSample(path.join(folder, "same.safetensors"), tensorsOf("sd1"));
    const { models, problems } = await openLibrary({ folders: [one, two], starter }).list();
    expect(models.map(({ id }) => id)).toEqual(["starter", "same"]);
    expect(problems[0]!.problem.message).toBe('There are two files or folders "same": rename one of them to use it.');
  });
});

describe("references()", () => {
  /** The starter model without its own adapter, and the two as files. */
  const taken = (folder: string) => {
    cpSync(starter, path.join(folder, "bare"), { recursive: true });
    for (const part of ["ip_adapter", "image_encoder"]) rmSync(path.join(folder, "bare", part), { recursive: true });
    mkdirSync(path.join(folder, "adapters"));
    cpSync(path.join(starter, "ip_adapter/ip-adapter.safetensors"), path.join(folder, "adapters/any-name.safetensors"));
  };

  test("finds an adapter and an encoder that fit the model", async () => {
    const { folder, library } = fresh();
    taken(folder);
    const bare = async () => (await library.list()).models.find(({ id }) => id === "bare");
    expect(await bare()).toMatchObject({ references: false });
    cpSync(path.join(starter, "image_encoder"), path.join(folder, "adapters/image_encoder"), { recursive: true });
    expect(await bare()).toMatchObject({ references: true });
    const found = await library.references(await openUNet(path.join(folder, "bare")));
    expect(found).toEqual({
      adapter: path.join(folder, "adapters/any-name.safetensors"),
      imageEncoder: path.join(folder, "adapters/image_encoder/model.safetensors"),
    });
  });

  test("offers nothing to a model of other widths", async () => {
    const { folder, library } = fresh();
    taken(folder);
    cpSync(path.join(starter, "image_encoder"), path.join(folder, "adapters/image_encoder"), { recursive: true });
    writeSample(path.join(folder, "other.safetensors"), tensorsOf("sd1"));
    expect((await library.list()).models.find(({ id }) => id === "other")).toMatchObject({ references: false });
  });
});

describe("resolve()", () => {
  const { folder, library } = fresh();
  mkdirSync(path.join(folder, "sub"));
  writeSample(path.join(folder, "sub/one.safetensors"), tensorsOf("sd1"));
  const outside = path.join(top, "elsewhere.safetensors");
  writeSample(outside, tensorsOf("sd1"));

  test("gives the path behind an id", () => {
    expect(library.resolve("starter", { allowPaths: false })).toBe(starter);
    expect(library.resolve("sub/one", { allowPaths: false })).toBe(path.join(folder, "sub/one.safetensors"));
  });

  test.each(["../elsewhere", "sub/../../elsewhere", outside, "sub\\..\\..\\elsewhere", "C:\\x", "one\0"])(
    "refuses %j to a request",
    (id) => expect(attempted(() => library.resolve(id, { allowPaths: false })).code).toBe("file-outside-models"),
  );

  test("says that there is no such model", () => {
    for (const id of ["two", "", "sub/two"])
      expect(attempted(() => library.resolve(id, { allowPaths: false }))).toMatchObject({
        code: "model-not-found",
        message: `There is no model "${id}": choose one from the list.`,
      });
  });

  test("takes paths on the command line", () => {
    expect(library.resolve(outside, { allowPaths: true })).toBe(outside);
    expect(library.resolve("sub/one", { allowPaths: true })).toBe(path.join(folder, "sub/one.safetensors"));
  });
});

test("watch() tells of a new file, of its end and of nothing else", async () => {
  const { folder, library } = fresh();
  let changes = 0;
  const stop = library.watch(() => changes++);
  const until = async (wanted: number) => {
    for (let i = 0; i < 100 && changes < wanted; i++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(changes).toBe(wanted);
  };
  writeSample(path.join(folder, "new.safetensors"), tensorsOf("sd1"));
  await until(1);
  writeFileSync(path.join(folder, "notes.txt"), "nothing to see");
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(changes).toBe(1);
  rmSync(path.join(folder, "new.safetensors"));
  await until(2);
  stop();
});

test("list() reads trigger words beside a file, and is not stopped by broken notes", async () => {
  const { folder, library } = fresh();
  for (const name of ["a", "b", "c"]) writeSample(path.join(folder, `${name}.safetensors`), tensorsOf("sd1"));
  writeFileSync(
    path.join(folder, "a.civitai.info"),
    JSON.stringify({ id: 1, trainedWords: ["rainy  street", "neon"] }),
  );
  writeFileSync(path.join(folder, "b.json"), JSON.stringify({ "activation text": "oil paint", "sd version": "SD1" }));
  writeFileSync(path.join(folder, "c.civitai.info"), "{broken");
  writeFileSync(path.join(folder, "c.json"), "[]");
  const { models, problems } = await library.list();
  expect(problems).toEqual([]);
  const note = (words: string) => `Put "${words}" into the prompt: the model was trained on it.`;
  expect(models.slice(1).map((model) => model.note)).toEqual([
    note("rainy street, neon"),
    note("oil paint"),
    undefined,
  ]);
});
