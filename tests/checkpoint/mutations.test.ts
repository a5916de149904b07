/**
 * Files and folders changed at random, through the real way to open them: a Problem in one line may come out, or a store whose
 * every tensor lies inside its file; never another error, a hang, or a read elsewhere.
 */
import {
  closeSync,
  cpSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openLora } from "../../companion/checkpoint/lora/lora-file.ts";
import { openControlNet } from "../../companion/checkpoint/parts/controlnet.ts";
import { openEmbedding } from "../../companion/checkpoint/parts/embedding.ts";
import { openIpAdapter } from "../../companion/checkpoint/parts/ip-adapter.ts";
import { openT2IAdapter } from "../../companion/checkpoint/parts/t2i-adapter.ts";
import { openVae } from "../../companion/checkpoint/parts/vae.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import type { WeightStore } from "../../companion/graph/weights.ts";
import { checkVae } from "../../companion/opening/check-networks.ts";
import { checkWeights } from "../../companion/pipeline/families.ts";
import { createScheduler } from "../../companion/schedulers/scheduler.ts";
import { Problem } from "../../shared/problem.ts";
import { tensorsOf } from "./families.ts";
import { openUNet } from "./open-unet.ts";
import { writeSample } from "./sample.ts";

const models = path.join(__dirname, "../fixtures/parity/models");
const folder = mkdtempSync(path.join(tmpdir(), "mutations-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Numerical Recipes' generator: the same changes at every run. */
function randomly(seed: number) {
  let state = seed;
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return { below, one: <T>(list: readonly T[]): T => list[below(list.length)]! };
}
type Random = ReturnType<typeof randomly>;
type Node = Record<string, unknown>;

const NUMBERS = [0, 1, -1, 3, 8, 77, 2 ** 31, 2 ** 53, 1e308, 0.5, 1e-9, (1 << 20) + 1];
const ODD = [
  null,
  true,
  "",
  "x",
  "../../x",
  [],
  {},
  [1],
  [[1]],
  { a: 1 },
  "F8_E4M3",
  "I64",
  Array(100).fill(1),
  ...NUMBERS,
];
const NAMES = [
  "class_embed_type",
  "num_class_embeds",
  "encoder_hid_dim",
  "unknown",
  "blocks.99999999999.weight",
  "a\nb",
];

/** Something in it is gone, other, renamed, or new. */
function changeJson(json: unknown, random: Random): unknown {
  const nodes: [Node, string][] = [];
  const walk = (value: unknown) => {
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) {
      nodes.push([value as Node, key]);
      walk((value as Node)[key]);
    }
  };
  walk(json);
  if (nodes.length === 0) return random.one(ODD);
  const [node, key] = random.one(nodes);
  const changes = [
    () => delete node[key],
    () => (node[key] = random.one(ODD)),
    () => (node[key] = typeof node[key] === "number" ? node[key] * random.one([-1, 2, 0.5, 3]) : random.one(NUMBERS)),
    () => (node[`${key}${random.one([".", "0", '"', "\n", ".weight"])}`] = node[key]),
    () => (node[random.one(NAMES)] = random.one(ODD)),
  ];
  random.one(changes)();
  return json;
}

/** Every entry gets the bytes that its type and shape imply, so that more than the ranges is put to the test. */
function layOut(header: unknown): number {
  let end = 0;
  for (const entry of Object.values((header ?? {}) as Record<string, Node>)) {
    if (!Array.isArray(entry?.shape)) continue;
    const bytes = { F32: 4, F16: 2, I64: 8, BF16: 2 }[String(entry.dtype)] ?? 1;
    const count = entry.shape.reduce((a, b) => a * Number(b), bytes);
    if (!Number.isSafeInteger(count) || count < 0 || count > 2 ** 26) continue;
    entry.data_offsets = [end, end + count];
    end += count;
  }
  return end;
}

function changeFile(from: string, to: string, random: Random): void {
  const bytes = readFileSync(from);
  if (!from.endsWith(".safetensors")) {
    for (let k = 0; k < 5; k++) bytes[random.below(bytes.length)] = random.below(256);
    const json =
      from.endsWith(".json") && random.below(5) > 0 && changeJson(JSON.parse(readFileSync(from, "utf8")), random);
    writeFileSync(to, json ? JSON.stringify(json) : bytes.subarray(0, random.below(bytes.length)));
    return;
  }
  const length = Number(bytes.readBigUInt64LE());
  let [header, data, said] = [Buffer.from(bytes.subarray(8, 8 + length)), bytes.length - 8 - length, 0];
  const how = random.below(8);
  if (how === 0) header[random.below(length)] = random.below(256);
  else if (how === 1) data = random.below(data + 9);
  else if (how === 2) said = random.one([1, length - 1, length + 1, 1e8, 2 ** 60]);
  else {
    const json = changeJson(changeJson(JSON.parse(header.toString()), random), random);
    if (how > 4) data = layOut(json);
    header = Buffer.from(JSON.stringify(json));
  }
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(said || header.length));
  const fd = openSync(to, "w");
  for (const part of [size, header]) writeSync(fd, part);
  ftruncateSync(fd, 8 + header.length + data);
  closeSync(fd);
}

function liesInside(store: WeightStore): void {
  const outside = [...store.keys()].filter((key) => {
    const { file, offset, byteLength } = store.find(key)!;
    return !(offset >= 8 && byteLength >= 0 && offset + byteLength <= statSync(file).size);
  });
  expect(outside).toEqual([]);
}

const whole = async (place: string) => {
  const model = await openUNet(place);
  for (const { weights } of [model.denoiser, model.vae, ...model.textEncoders.map(({ component }) => component)])
    liesInside(weights);
  checkWeights(model, DIALECTS.cpu);
  createScheduler(model.schedulerConfig);
  model.textEncoders[0]!.tokenizer.encode("a cat, ünïcödé (1)");
};
const singleFile = (family: string) => {
  const file = path.join(folder, `${family}.safetensors`);
  writeSample(file, tensorsOf(family));
  return file;
};
const vae = { scaling_factor: 1, force_upcast: true };

test.each<[string, () => string, (place: string) => unknown, number]>([
  ["a single file", () => singleFile("sd1"), whole, 8],
  ["a single file of XL", () => singleFile("sdxl"), whole, 8],
  ["a folder", () => path.join(models, "lcm"), whole, 40],
  [
    "an autoencoder",
    () => path.join(models, "vaes/tiny.safetensors"),
    (place) => checkVae(openVae(place, vae), DIALECTS.cpu),
    150,
  ],
  ["a LoRA", () => path.join(models, "adapters/second.safetensors"), openLora, 300],
  ["a ControlNet", () => path.join(models, "../control-models/net"), (place) => liesInside(openControlNet(place)), 100],
  [
    "a T2I-Adapter",
    () => path.join(models, "../control-models/t2i-light"),
    (place) => liesInside(openT2IAdapter(place)),
    200,
  ],
  ["an IP-Adapter", () => path.join(models, "sd1/ip_adapter/ip-adapter.safetensors"), openIpAdapter, 300],
  ["an embedding", () => path.join(models, "../adapter-files/paint.safetensors"), openEmbedding, 300],
])("%s, changed at random, is opened or refused with one sentence", async (name, make, open, count) => {
  const source = make();
  const isFolder = statSync(source).isDirectory();
  const place = path.join(folder, isFolder ? "changed" : "changed.safetensors");
  if (isFolder) cpSync(source, place, { recursive: true });
  const below = isFolder
    ? (readdirSync(source, { recursive: true }) as string[]).filter((file) => /\.(?:json|txt|safetensors)$/.test(file))
    : [""];
  const random = randomly(name.length);
  const outcomes = new Set<string>();
  for (let i = 0; i < count; i++) {
    const file = random.one(below.sort());
    changeFile(path.join(source, file), path.join(place, file), random);
    const begin = process.cpuUsage().user;
    try {
      await open(place);
      outcomes.add("opened");
    } catch (error) {
      if (!(error instanceof Problem)) throw new Error(`${name}, change ${i} of ${file}`, { cause: error });
      expect(error.code).not.toBe("internal");
      expect(error.message).toMatch(/^[^\n]{10,1001}$/);
      outcomes.add(error.code);
    }
    expect(process.cpuUsage().user - begin).toBeLessThan(10e6);
    if (isFolder) cpSync(path.join(source, file), path.join(place, file));
  }
  expect(outcomes.size).toBeGreaterThan(1);
});
