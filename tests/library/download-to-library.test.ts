/** What is downloaded is found, and known for what it is. */
import { cpSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { recommendedFiles, recommendedModels } from "../../companion/library/catalogue.ts";
import { downloadModel } from "../../companion/library/download/download.ts";
import { openLibrary } from "../../companion/library/library.ts";
import { temporaryFolder, writeSample } from "../checkpoint/sample.ts";
import { standInHub } from "./stand-in-hub.ts";

const starter = path.join(__dirname, "../../starter/weights");
const top = temporaryFolder();
let count = 0;

/** The library after a repository with these files was downloaded. */
async function downloaded(repository: Record<string, Buffer>, files?: readonly string[], repo = "some/model") {
  const folder = path.join(top, String(count++));
  const hub = await standInHub(repository, repo);
  try {
    await downloadModel(
      { repo, variant: "fp16", ...(files && { files }) },
      { folder, endpoint: hub.endpoint, signal: new AbortController().signal, onProgress: () => {} },
    );
  } finally {
    await hub.close();
  }
  return { folder, library: openLibrary({ folders: [folder], starter }) };
}

function sample(...of: Parameters<typeof writeSample> extends [string, ...infer R] ? R : never): Buffer {
  const file = path.join(top, "sample");
  writeSample(file, ...of);
  return readFileSync(file);
}

const KEY = "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_k";
const LORA = { [`${KEY}.lora_A.weight`]: { shape: [4, 2048] }, [`${KEY}.lora_B.weight`]: { shape: [1280, 4] } };
const control = path.join(__dirname, "../fixtures/parity/control-models");

test("a repository with one LoRA", async () => {
  const { library } = await downloaded({
    "pytorch_lora_weights.safetensors": sample(LORA),
    "README.md": Buffer.from("x"),
  });
  const { addOns, problems } = await library.list();
  expect(problems).toEqual([]);
  expect(addOns).toMatchObject([
    {
      id: "some--model/pytorch_lora_weights",
      name: "some/model",
      kind: "lora",
      families: [{ id: "sdxl", name: "Stable Diffusion XL" }],
    },
  ]);
});

test("a repository that is a ControlNet, in half precision", async () => {
  const net = readFileSync(path.join(control, "net/diffusion_pytorch_model.safetensors"));
  const { folder, library } = await downloaded({
    "config.json": readFileSync(path.join(control, "net/config.json")),
    "diffusion_pytorch_model.safetensors": Buffer.concat([net, Buffer.alloc(1)]),
    "diffusion_pytorch_model.fp16.safetensors": net,
  });
  cpSync(path.join(control, "light"), path.join(folder, "light"), { recursive: true });
  const { addOns } = await library.list();
  expect(addOns).toMatchObject([
    { name: "some/model (fp16)", kind: "control", controlKind: "controlnet", families: [] },
  ]);
  expect(library.resolve(addOns[0]!.id, { allowPaths: false })).toMatch(/fp16\.safetensors$/);
});

test("an adapter and its image encoder out of a large repository", async () => {
  const read = (place: string) => readFileSync(path.join(starter, place));
  const encoder = "models/image_encoder/model.safetensors";
  const adapter = "models/adapter.safetensors";
  const { folder, library } = await downloaded(
    {
      [adapter]: read("ip_adapter/ip-adapter.safetensors"),
      [encoder]: read("image_encoder/model.safetensors"),
      "models/image_encoder/config.json": read("image_encoder/config.json"),
      "models/other.safetensors": Buffer.from("not wanted"),
    },
    [adapter, encoder],
  );
  cpSync(starter, path.join(folder, "bare"), { recursive: true });
  for (const part of ["ip_adapter", "image_encoder"]) rmSync(path.join(folder, "bare", part), { recursive: true });
  const { models, problems } = await library.list();
  expect(problems).toEqual([]);
  expect(models.find(({ id }) => id === "bare")).toMatchObject({ references: true });
});

test.each([
  [
    "ZhengPeng7/BiRefNet_lite",
    "matting-birefnet",
    { kind: "matting", matting: { architecture: "BiRefNet" } },
    "MIT: any use",
  ],
  ["Comfy-Org/Real-ESRGAN_repackaged", "upscaler-esrgan", { kind: "upscaler", upscaler: { scale: 4 } }, "BSD-3-Clause"],
])("%s, of which the catalogue names one file", async (repo, weights, known, licence) => {
  const [file = ""] = recommendedFiles(repo)!;
  const { folder, library } = await downloaded(
    {
      "config.json": Buffer.from(
        JSON.stringify({ _name_or_path: repo, architectures: ["BiRefNet"], bb_pretrained: false }),
      ),
      [file]: readFileSync(path.join(__dirname, `../fixtures/networks/${weights}/weights.safetensors`)),
      "handler.py": Buffer.from("not wanted"),
    },
    [file],
    repo,
  );
  const { addOns, problems } = await library.list();
  expect(problems).toEqual([]);
  expect(addOns).toMatchObject([{ ...known, licence: expect.stringContaining(licence) }]);
  expect(recommendedModels(folder).flatMap((row) => (row.installed ? [row.repo] : []))).toEqual([repo]);
});

test("recommendedModels() says what is installed, and that half of it is not enough", async () => {
  const { folder } = await downloaded({ "pytorch_lora_weights.safetensors": sample(LORA) });
  const lora = "latent-consistency/lcm-lora-sdxl";
  const installed = () => recommendedModels(folder).flatMap((row) => (row.installed ? [row.repo] : []));
  expect(installed()).toEqual([]);
  cpSync(path.join(folder, "some--model"), path.join(folder, lora.replace("/", "--")), { recursive: true });
  expect(installed()).toEqual([lora]);
  const { addOns } = await openLibrary({ folders: [folder], starter }).list();
  expect(addOns.map(({ name, licence }) => [name, licence?.slice(0, 18)])).toEqual([
    ["latent-consistency/lcm-lora-sdxl", "CreativeML Open RA"],
    ["some/model", undefined],
  ]);
  const half = path.join(folder, "h94--IP-Adapter/models/ip-adapter_sd15.safetensors");
  cpSync(path.join(folder, "some--model/pytorch_lora_weights.safetensors"), half);
  expect(installed()).toEqual([lora]);
});
