import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readExtraModelPaths } from "../../companion/library/extra-model-paths.ts";
import { layoutOf } from "../../companion/library/layouts.ts";
import { openLibrary } from "../../companion/library/library.ts";
import { attempted } from "../attempted.ts";
import { tensorsOf } from "../checkpoint/families.ts";
import { temporaryFolder, writeSample } from "../checkpoint/sample.ts";

const starter = path.join(__dirname, "../../starter/weights");
const vaes = path.join(__dirname, "../fixtures/parity/models/vaes");
const top = temporaryFolder();
let count = 0;

function folderOf(files: readonly string[]): string {
  const root = path.join(top, String(count++));
  for (const file of files) {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    if (file.endsWith(".safetensors")) writeSample(path.join(root, file), tensorsOf("sd1"));
    else writeFileSync(path.join(root, file), "");
  }
  return root;
}

test.each([
  [
    "A1111 or Forge",
    ["models/Stable-diffusion/a.safetensors", "venv/lib/b.safetensors", "embeddings/c.txt"],
    ["models/Stable-diffusion/a"],
  ],
  ["A1111 or Forge", ["Stable-diffusion/a.safetensors", "Lora/notes.txt"], ["Stable-diffusion/a"]],
  [
    "ComfyUI",
    ["models/checkpoints/a.safetensors", "models/unet/x.txt", "models/vae/x.txt", "output/b.safetensors"],
    ["models/checkpoints/a"],
  ],
  ["InvokeAI", ["models/sd-1/main/a.safetensors", "databases/b.safetensors"], ["models/sd-1/main/a"]],
  ["models folder", ["deep/er/a.safetensors", "b.safetensors"], ["b", "deep/er/a"]],
])("layoutOf() knows %s", async (name, files, ids) => {
  const root = folderOf(files);
  const library = openLibrary({ folders: [root], starter });
  expect(layoutOf(root).name).toBe(name);
  expect((await library.list()).models.map(({ id }) => id)).toEqual(["starter", ...ids]);
  expect(library.resolve(ids[0]!, { allowPaths: false })).toBe(path.join(root, `${ids[0]}.safetensors`));
  expect(await library.survey()).toEqual([{ folder: root, layout: name, exists: true, found: { model: ids.length } }]);
});

test("openLibrary() follows the Hugging Face cache's links to its blobs, and no others", async () => {
  const root = folderOf(["models--a--b/snapshots/f00/notes.txt", "models--a--b/blobs/0"]);
  const outside = folderOf(["c.safetensors"]);
  writeSample(path.join(root, "models--a--b/blobs/1"), tensorsOf("sd1"));
  symlinkSync("../../blobs/1", path.join(root, "models--a--b/snapshots/f00/model.safetensors"));
  symlinkSync(path.join(outside, "c.safetensors"), path.join(root, "models--a--b/snapshots/f00/out.safetensors"));
  const library = openLibrary({ folders: [root], starter });
  const { models, problems } = await library.list();
  expect(models.map(({ id }) => id)).toEqual(["starter", "models--a--b/snapshots/f00/model"]);
  expect(problems.map(({ problem }) => problem.code)).toEqual(["file-outside-models"]);
  expect((await library.survey())[0]!.layout).toBe("Hugging Face cache");
});

test("openLibrary() follows the links of a snapshot that it is pointed to", async () => {
  const root = folderOf(["models--a--b/snapshots/f00/notes.txt", "models--a--b/blobs/0"]);
  writeSample(path.join(root, "models--a--b/blobs/1"), tensorsOf("sd1"));
  symlinkSync("../../blobs/1", path.join(root, "models--a--b/snapshots/f00/model.safetensors"));
  for (const below of ["models--a--b/snapshots/f00", "models--a--b/snapshots"]) {
    const library = openLibrary({ folders: [path.join(root, below)], starter });
    const { models, problems } = await library.list();
    expect([models.length, problems]).toEqual([2, []]);
    expect((await library.survey())[0]!.layout).toBe("Hugging Face cache");
  }
});

test("openLibrary() lists .sft, and says why it leaves out other programs' GGUF and links out of its folders", async () => {
  const root = folderOf([]);
  cpSync(path.join(__dirname, "../fixtures/gguf/tiny.gguf"), path.join(root, "big.gguf"));
  writeSample(path.join(root, "mine.sft"), tensorsOf("sd1"));
  symlinkSync(folderOf(["c.safetensors"]), path.join(root, "away"));
  const library = openLibrary({ folders: [root], starter });
  const { models, problems } = await library.list();
  expect(models.map(({ id }) => id)).toEqual(["starter", "mine"]);
  expect(library.resolve("mine", { allowPaths: false })).toBe(path.join(root, "mine.sft"));
  expect(problems.map(({ problem }) => problem.message)).toEqual([
    '"away" leads out of the models folders: add the folder that it leads to with --models.',
    '"big.gguf" is a GGUF file of another kind of model: use the model\'s .safetensors version, or one of FLUX.1, FLUX.2 klein, Z-Image, Qwen-Image or ERNIE-Image.',
  ]);
});

test("openLibrary() lists links to what is not there, as their use refuses them", async () => {
  const root = folderOf(["read.me"]);
  symlinkSync(path.join(root, "drive/a.safetensors"), path.join(root, "a.safetensors"));
  symlinkSync(path.join(root, "drive/models"), path.join(root, "more"));
  symlinkSync(path.join(root, "drive/notes.txt"), path.join(root, "notes.txt"));
  const library = openLibrary({ folders: [root], starter });
  const { problems } = await library.list();
  const says = (name: string) =>
    `"${name}" is a link to what is not there: connect the drive that it leads to, or remove the link.`;
  expect(problems.map(({ problem }) => problem.message)).toEqual([says("a.safetensors"), says("more")]);
  expect(() => library.resolve("a", { allowPaths: false })).toThrow(says("a.safetensors"));
  expect(() => library.resolve("more", { allowPaths: false })).toThrow(says("more"));
});

test("openLibrary() looks again at a model when its configuration comes to lie beside it", async () => {
  const root = folderOf(["a.safetensors"]);
  const library = openLibrary({ folders: [root], starter });
  const modelOf = async () => (await library.list()).problems.length;
  expect(await modelOf()).toBe(0);
  writeFileSync(path.join(root, "a.yaml"), "model:\n  params:\n    parameterization: x0\n");
  expect(await modelOf()).toBe(1);
});

test("openLibrary() counts autoencoders among what it found, by file and by folder", async () => {
  const library = openLibrary({ folders: [vaes], starter });
  // Their latents are the small models' of the parity tests.
  const { problems } = await library.list();
  expect(problems.map(({ problem }) => problem.code)).toEqual(Array(4).fill("adapter-mismatch"));
  expect((await library.survey())[0]!.found).toEqual({ vae: 4 });
});

test("openLibrary() knows tiny autoencoders of transformers by their tensors, and lists them nowhere", async () => {
  const root = folderOf([]);
  const tiny = path.join(__dirname, "../fixtures/parity/tiny-vae-files");
  cpSync(path.join(tiny, "taef2-original.safetensors"), path.join(root, "vae_approx/flux2.safetensors"));
  cpSync(path.join(tiny, "taef1.safetensors"), path.join(root, "taef1/diffusion_pytorch_model.safetensors"));
  cpSync(path.join(tiny, "taef1.safetensors"), path.join(root, "a-taesd3.safetensors"));
  const library = openLibrary({ folders: [root], starter });
  const { addOns, problems } = await library.list();
  expect(addOns).toEqual([]);
  expect(problems.map(({ problem }) => problem.message)).toEqual([
    `"a-taesd3.safetensors" is TAESD3, Stable Diffusion 3's tiny autoencoder: for FLUX.1 and Z-Image use TAEF1.`,
  ]);
  expect(await library.tinyVae("taef2")).toBe(path.join(root, "vae_approx/flux2.safetensors"));
  expect(await library.tinyVae("taef1")).toBe(path.join(root, "taef1/diffusion_pytorch_model.safetensors"));
  expect(await library.tinyVae("taesd")).toBeUndefined();
});

describe("readExtraModelPaths()", () => {
  const read = (text: string) => {
    const root = folderOf(["main.py"]);
    writeFileSync(path.join(root, "extra_model_paths.yaml"), text);
    return { root, read: () => readExtraModelPaths(path.join(root, "extra_model_paths.yaml")) };
  };

  test("reads ComfyUI's own example", async () => {
    const elsewhere = folderOf(["models/Stable-diffusion/a.safetensors"]);
    const { root, read: folders } = read(
      [
        "# a comment",
        "a111:",
        `    base_path: "${elsewhere}" # where it is`,
        "    is_default: true",
        "",
        "    checkpoints: models/Stable-diffusion",
        "    loras: |",
        "         models/Lora",
        "         models/LyCORIS",
        "other:",
        "    vae: /absolute/vae",
      ].join("\n"),
    );
    expect(folders()).toEqual([
      path.join(elsewhere, "models/Stable-diffusion"),
      path.join(elsewhere, "models/Lora"),
      path.join(elsewhere, "models/LyCORIS"),
      "/absolute/vae",
    ]);
    const library = openLibrary({ folders: [root], starter });
    expect((await library.list()).models.map(({ id }) => id)).toEqual(["starter", "a"]);
  });

  test.each([
    [
      "a section in quotes, with others",
      "'my a':\n  \"base_path\": /x\n  loras: l\nb.c:\n  base_path: /x\n  vae: v",
      ["/x/l", "/x/v"],
    ],
    ["lists", "a:\n  base_path: /x\n  loras:\n    - l\n    - 'it''s'\n  vae:\n  - v\n", ["/x/l", "/x/it's", "/x/v"]],
    ["blocks", "a:\n  base_path: /x\n  loras: |-\n    l\n\n    m n\n  vae: v\n", ["/x/l", "/x/m n", "/x/v"]],
    ["marks and line ends of other systems", "\ufeff---\r\na:\r\n  base_path: /x\r\n  loras: l\r\n...\r\n", ["/x/l"]],
    ["one line in brackets", "a: {base_path: /x, loras: [l, m]}\n", ["/x/l", "/x/m"]],
    [
      "a number sign inside a block, which is no comment there",
      "a:\n  base_path: /x\n  vae: |\n    v #1\n",
      ["/x/v #1"],
    ],
    ["nothing", 'a:\n  base_path: /x\n  loras: ~\n  vae:\n  clip: ""\n  unet: null\nb:\n', []],
    ["the environment", "a:\n  base_path: $UNDERPAINT_TEST/y\n  loras: $(l)\n", ["/x/y/$(l)"]],
  ])("reads %s", (_, text, folders) => {
    process.env.UNDERPAINT_TEST = "/x";
    expect(read(text).read()).toEqual(folders);
  });

  test.each([
    ["a:\n  - b"],
    ["a:\n  b: *anchor"],
    ["key: value"],
    ["  lost: x"],
    ["a:\n  b:\n    c: d"],
    ["a: &b\n  c: d\ne: *b"],
    ["a:\n  b: [c"],
    ["words"],
  ])("refuses %j, and the folder's own models are listed all the same", async (text) => {
    const { root, read: folders } = read(text);
    expect(attempted(folders)).toMatchObject({ code: "config-invalid" });
    writeSample(path.join(root, "a.safetensors"), tensorsOf("sd1"));
    const { models, problems } = await openLibrary({ folders: [root], starter }).list();
    expect([models.length, problems.map(({ problem }) => problem.code)]).toEqual([2, ["config-invalid"]]);
  });
});
