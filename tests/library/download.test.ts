import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chooseFiles, type RemoteFile } from "../../companion/library/download/choose-files.ts";
import {
  type DownloadOptions,
  type DownloadProgress,
  downloadModel,
  removeStaleDownloads,
} from "../../companion/library/download/download.ts";
import { scanFolder } from "../../companion/library/scan.ts";
import { attempted } from "../attempted.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { type Mischief, type StandInHub, standInHub } from "./stand-in-hub.ts";

const top = temporaryFolder();
const big = randomBytes(300_000);
const FILES = {
  "model_index.json": Buffer.from("{}"),
  "README.md": Buffer.from("words"),
  "unet/config.json": Buffer.from('{"a":1}'),
  "unet/diffusion_pytorch_model.safetensors": big,
  "unet/diffusion_pytorch_model.fp16.safetensors": big.subarray(0, 1000),
  "tokenizer/merges.txt": Buffer.from("a b\n"),
  "alone/big.safetensors": big,
};
const UNET = "unet/diffusion_pytorch_model.safetensors";
/** Nothing that belongs to it lies beside it. */
const ALONE = "alone/big.safetensors";

let hub: StandInHub;
let folder: string;
let count = 0;
beforeEach(async () => {
  hub = await standInHub(FILES);
  folder = path.join(top, String(count++));
});
afterEach(() => hub.close());

const seen: DownloadProgress[] = [];
const download = (options: Partial<DownloadOptions> = {}, request = {}) =>
  downloadModel(
    { repo: "some/model", ...request },
    {
      ...{ folder, endpoint: hub.endpoint, signal: new AbortController().signal, pausesMs: [1, 1], stallMs: 200 },
      onProgress: (progress) => seen.push(progress),
      ...options,
    },
  );
const filesOf = (place: string) =>
  existsSync(place)
    ? (readdirSync(place, { recursive: true, withFileTypes: true }) as { name: string; isFile(): boolean }[])
        .filter((entry) => entry.isFile())
        .map(({ name }) => name)
        .sort()
    : [];

test("downloadModel() brings what is needed, whole, and tells how far it is", async () => {
  seen.length = 0;
  const place = await download();
  expect(place).toBe(path.join(folder, "some--model"));
  expect(filesOf(folder)).toEqual([
    "config.json",
    "diffusion_pytorch_model.safetensors",
    "merges.txt",
    "model_index.json",
  ]);
  expect(readFileSync(path.join(place, UNET)).equals(big)).toBe(true);
  const total = 2 + 7 + 4 + big.length;
  expect(seen.at(-1)).toEqual({ done: total, total });
  expect(seen.every(({ done }, i) => done >= (seen[i - 1]?.done ?? 0))).toBe(true);
});

test.each<[string, Mischief[], number]>([
  ["breaks off", ["break", "break"], 2],
  ["ends early", ["short"], 1],
  ["stalls", ["stall"], 1],
  ["is busy", ["busy"], 1],
])("downloadModel() goes on where it was when the server %s", async (_, mischief, breaks) => {
  hub.mischief.push(...mischief);
  const place = await download({}, { files: [ALONE] });
  expect(readFileSync(path.join(place, ALONE)).equals(big)).toBe(true);
  expect(hub.asked).toHaveLength(breaks + 1);
  if (mischief[0] !== "busy") expect(hub.asked[1]![1]).toBeGreaterThan(0);
});

test("downloadModel() keeps what it has when something else answers", async () => {
  hub.mischief.push("break", "login");
  await download({}, { files: [UNET] });
  expect(hub.asked[2]).toEqual(hub.asked[1]);
});

test("downloadModel() begins anew when the server ignores the range", async () => {
  hub.mischief.push("break", "no-range");
  const place = await download({}, { files: [ALONE] });
  expect(readFileSync(path.join(place, ALONE)).equals(big)).toBe(true);
});

test("downloadModel() gives up after several breaks, shows nothing half-written, and goes on the next time", async () => {
  hub.mischief.push("break", "busy", "busy", "busy");
  await expect(download({}, { files: [ALONE] })).rejects.toMatchObject({ code: "download-failed" });
  expect(scanFolder(folder)).toEqual([]);
  expect(existsSync(path.join(folder, "some--model"))).toBe(false);
  hub.asked.length = 0;
  await download({}, { files: [ALONE] });
  expect(hub.asked[0]![1]).toBeGreaterThan(0);
  expect(filesOf(folder)).toEqual(["big.safetensors"]);
});

test.each<[Mischief, string]>([
  ["wrong-bytes", "download-failed"],
  ["longer", "download-failed"],
  ["teapot", "download-refused"],
])("downloadModel() refuses %s, and keeps nothing of it", async (mischief, code) => {
  hub.mischief.push(mischief);
  await expect(download({}, { files: [ALONE] })).rejects.toMatchObject({ code });
  expect(filesOf(folder)).toEqual([]);
});

test.each([
  [401, "download-refused"],
  [403, "download-refused"],
  [404, "download-refused"],
  [500, "download-failed"],
])("downloadModel() says what a status of %s means", async (status, code) => {
  hub.status = status;
  await expect(download()).rejects.toMatchObject({ code, message: expect.stringContaining('"some/model"') });
  expect(filesOf(folder)).toEqual([]);
});

test("downloadModel() deletes what it has when it is cancelled", async () => {
  const cancel = new AbortController();
  hub.mischief.push("stall");
  const running = download(
    { signal: cancel.signal, stallMs: 60_000, onProgress: ({ done }) => done > 0 && cancel.abort() },
    { files: [ALONE] },
  );
  await expect(running).rejects.toMatchObject({ name: "AbortError" });
  expect(filesOf(folder)).toEqual([]);
});

test("downloadModel() looks for space before it begins", async () => {
  await expect(download({ freeBytes: () => 2 ** 29 })).rejects.toMatchObject({ code: "disk-full" });
  expect(hub.asked).toEqual([]);
});

test("downloadModel() shows the token to the hub", async () => {
  await download({ token: "hf_secret" }, { files: [ALONE] });
  expect(new Set(hub.tokens)).toEqual(new Set(["Bearer hf_secret"]));
});

test.each(["model", "../x/y", "a/../b", "a/b/c", "a/..", "https://x/y"])(
  "downloadModel() refuses the name %j",
  async (repo) => {
    await expect(download({}, { repo })).rejects.toMatchObject({ code: "download-refused" });
  },
);

test("removeStaleDownloads() removes what nobody went on with", () => {
  const place = (name: string) => path.join(folder, ".downloads", name);
  for (const name of ["old", "new"]) {
    mkdirSync(place(name), { recursive: true });
    writeFileSync(path.join(place(name), "x.part"), "");
  }
  const longAgo = new Date(Date.now() - 8 * 24 * 3600 * 1000);
  for (const file of ["x.part", "."]) utimesSync(path.join(place("old"), file), longAgo, longAgo);
  removeStaleDownloads(folder);
  expect(readdirSync(path.join(folder, ".downloads"))).toEqual(["new"]);
});

describe("chooseFiles()", () => {
  const remote = (...paths: string[]): RemoteFile[] =>
    paths.map((path) => ({ path, size: 1, checksum: { kind: "git", hex: "" } }));
  const choose = (files: string[], choice = {}) => chooseFiles(remote(...files), choice, "a/b").map(({ path }) => path);
  const repository = [
    ...[
      "model_index.json",
      "README.md",
      "v1-5.safetensors",
      "unet/config.json",
      UNET,
      "unet/diffusion_pytorch_model.bin",
    ],
    ...["unet/diffusion_pytorch_model.fp16.safetensors", "unet/diffusion_pytorch_model.non_ema.safetensors"],
    ...["vae/config.json", "vae/diffusion_pytorch_model.safetensors", "safety_checker/model.safetensors"],
    ...["tokenizer/vocab.json", "unet/flax_model.msgpack", "unet/diffusion_pytorch_model.bin.index.json"],
    ...["vae_1_0/config.json", "vae_1_0/diffusion_pytorch_model.safetensors", "vae_decoder/config.json"],
  ];

  test("takes the parts of a diffusers folder once", () => {
    const parts = ["model_index.json", "unet/config.json", "vae/config.json", "tokenizer/vocab.json"];
    const vae = "vae/diffusion_pytorch_model.safetensors";
    expect(choose(repository)).toEqual([...parts, UNET, vae]);
    const half = "unet/diffusion_pytorch_model.fp16.safetensors";
    expect(choose(repository, { variant: "fp16" })).toEqual([...parts, half, vae]);
  });

  test("takes the safety checker where pictures have to pass it", () => {
    const whole = [...repository, "safety_checker/config.json"];
    const added = choose(whole, { contentFilter: "with" }).filter((path) => !choose(whole).includes(path));
    expect(added).toEqual(["safety_checker/config.json", "safety_checker/model.safetensors"]);
  });

  test("takes the only file, and asks which where there are several", () => {
    expect(choose(["a.safetensors", "README.md"])).toEqual(["a.safetensors"]);
    expect(choose(["a.safetensors", "b.safetensors"], { files: ["b.safetensors"] })).toEqual(["b.safetensors"]);
    expect(attempted(() => choose(["a.safetensors", "b.safetensors"]))).toMatchObject({
      code: "download-refused",
      message: expect.stringContaining('"a.safetensors", "b.safetensors"'),
    });
  });

  test("takes what several files need, and the precision of a single part", () => {
    const all = ["a/x.safetensors", "a/y.safetensors", "b/config.json", "b/model.safetensors", "config.json"];
    expect(choose(all, { files: ["b/model.safetensors", "a/x.safetensors"] })).toEqual([
      ...["a/x.safetensors", "b/config.json", "b/model.safetensors"],
    ]);
    const [full, half] = ["diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.fp16.safetensors"];
    const part = [
      "README.md",
      "config.json",
      full,
      half,
      "diffusion_pytorch_model.fp16.bin",
      "checkpoint/x.safetensors",
    ];
    expect(choose(part, { variant: "fp16" })).toEqual(["config.json", half]);
    expect(choose(part)).toEqual(["config.json", full]);
    expect(choose(["config.json", half])).toEqual(["config.json", half]);
    expect(choose(["config.json", "own.safetensors"])).toEqual(["own.safetensors"]);
  });

  test.each([
    ["../a.safetensors"],
    ["/a.safetensors"],
    ["a/../../b.safetensors"],
    ["a\\b.safetensors"],
    ["c:/a.safetensors"],
  ])("refuses a listing with %j", (file) => {
    expect(attempted(() => choose([file, "ok.safetensors"], { files: ["ok.safetensors"] }))).toMatchObject({
      code: "download-refused",
    });
  });

  test("refuses a folder of which a part is only a pickle, before anything is brought", () => {
    const mixed = ["model_index.json", "unet/config.json", "unet/diffusion_pytorch_model.bin", "vae/config.json"];
    expect(attempted(() => choose([...mixed, "vae/diffusion_pytorch_model.safetensors"]))).toMatchObject({
      code: "download-refused",
      message: expect.stringMatching(/^"a\/b" has its weights of "unet" only as pickles, .+: choose a repository/),
    });
  });

  test.each([
    ["a.ckpt", "only as pickles"],
    ["a.gguf", "only as GGUF"],
    ["unet/model.onnx", "only for ONNX"],
    ["README.md", "has no weights"],
  ])("says what a repository with %s has", (file, said) => {
    expect(attempted(() => choose([file])).message).toContain(said);
  });

  test("refuses pickles and names that are not there", () => {
    expect(attempted(() => choose(["a.ckpt"]))).toMatchObject({ code: "download-refused" });
    expect(attempted(() => choose(["a.safetensors"], { files: ["b"] }))).toMatchObject({ code: "download-refused" });
  });
});

test.each([
  ["endless", /does not end/],
  ["long", /is too long/],
  ["elsewhere", /leads to another server/],
] as const)(
  "downloadModel() does not follow a listing that is %s, and shows no other server the token",
  async (kind, says) => {
    hub.listing = kind;
    await expect(download({ token: "hf_secret" })).rejects.toThrow(says);
    expect(hub.pages).toBeLessThanOrEqual(100);
    expect(hub.elsewhere).toEqual([]);
  },
);
