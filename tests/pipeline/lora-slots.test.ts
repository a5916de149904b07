/** Which networks are opened for which LoRAs. */
import type { LoraPlan } from "../../companion/checkpoint/lora/plan-lora.ts";
import type { WeightRef, WeightStore } from "../../companion/graph/weights.ts";
import { slotInput } from "../../companion/networks/lora.ts";
import { adapt, createLoraMemory } from "../../companion/pipeline/weights/lora-slots.ts";

/** Two layers of so many inputs each, none of which is on disk. */
function weightsOf(type: WeightRef["type"], inner: number): WeightStore {
  const dims = [1024, inner];
  const ref = (key: string) => ({ key, type, dims, file: "/models/m.safetensors", offset: 0, byteLength: 0 });
  const all = new Map(["a.weight", "b.weight"].map((key) => [key, ref(key)]));
  return { origin: "m.safetensors", find: (key) => all.get(key), keys: () => all.keys() };
}

const numbers = (rows: number, columns: number) => ({ dims: [rows, columns], data: new Float32Array(rows * columns) });

/** A LoRA of a rank for some of the layers. */
const loraFor = (rank: number, ...paths: string[]): LoraPlan => {
  const at = (strength: number) => ({ lowRank: { down: numbers(rank, 4), up: numbers(4, rank), strength } });
  return { changes: new Map([["unet", new Map(paths.map((path) => [path, { at }]))]]) } as unknown as LoraPlan;
};

const LARGE = 2 ** 16;

function adapted(weights: WeightStore, ...loras: (readonly [plan: LoraPlan, weight: number])[]) {
  const active = loras.map(([plan, weight]) => ({ plan, weight, textEncoderWeight: weight }));
  return adapt(active, "unet", { weights, dialect: { slots: "everywhere" }, memory: createLoraMemory() });
}

test("a large network is opened with places where LoRAs change it, whatever their weights and ranks are", () => {
  const weights = weightsOf("F32", LARGE);
  const plain = adapted(weights);
  expect(plain.key).toBe("");
  expect(plain.branchAt("a")).toBeUndefined();
  expect(adapted(weights, [loraFor(4, "a"), 0]).key).toBe("");
  const one = adapted(weights, [loraFor(4, "a"), 1]);
  expect(one.branchAt("a")).toBeDefined();
  expect(one.branchAt("b")).toBeUndefined();
  for (const again of [
    adapted(weights, [loraFor(4, "a"), 0.5]),
    adapted(weights, [loraFor(16, "a"), 1]),
    adapted(weights, [loraFor(4, "a"), 1], [loraFor(8, "a"), 1]),
  ])
    expect(again.key).toBe(one.key);
  expect(adapted(weights, [loraFor(4, "a"), 1], [loraFor(4, "b"), 1]).key).not.toBe(one.key);
  // No condition is fed.
  const inputs = new Set(["down", "up", "gates"].map((input) => slotInput("a", input as "down")));
  expect(Object.keys(one.feedsFor(inputs)).sort()).toEqual([...inputs].sort());
});

test.each([
  ["a small network", weightsOf("F32", 64)],
  ["one whose weights are widened as it opens", weightsOf("F16", LARGE)],
])("%s is opened once for all LoRAs", (_, weights) => {
  const plain = adapted(weights);
  const one = adapted(weights, [loraFor(4, "a"), 1]);
  expect(one.key).toBe(plain.key);
  for (const { branchAt } of [plain, one])
    expect(["a", "b"].map((path) => branchAt(path) === undefined)).toEqual([false, false]);
  const inputs = { has: () => true };
  expect(Object.keys(one.feedsFor(inputs))).toContain(slotInput("a", "used"));
  expect(plain.feedsFor(inputs)).toEqual({});
});

test("a session whose rows are whole numbers is fed such factors, rounded once, times each weight", () => {
  const down = { dims: [2, 4], data: Float32Array.of(1, -0.5, 0.25, 0, 4, 2, 1, 0) };
  const at = (strength: number) => ({ lowRank: { down, up: numbers(4, 2), strength } });
  const plan = { changes: new Map([["unet", new Map([["a", { at }]])]]) } as unknown as LoraPlan;
  const inputs = new Set((["downValues", "downScales", "up"] as const).map((input) => slotInput("a", input)));
  const memory = createLoraMemory();
  const fedAt = (weight: number) => {
    const network = { weights: weightsOf("F32", LARGE), dialect: { slots: "where-used" }, memory } as const;
    const { feedsFor } = adapt([{ plan, weight, textEncoderWeight: weight }], "unet", network);
    expect(feedsFor(inputs)).toBe(feedsFor(inputs));
    return feedsFor(inputs);
  };
  const [whole, half] = [fedAt(1), fedAt(0.5)];
  expect(Object.keys(whole).sort()).toEqual([...inputs].sort());
  const { data: values, dims } = whole[slotInput("a", "downValues")]!;
  // [in, rank]: each rank by its own largest number.
  expect([[...dims], [...values]]).toEqual([
    [4, 2],
    [127, 127, -64, 64, 32, 32, 0, 0].map((v, i) => (i === 2 ? -63 : v)),
  ]);
  expect(half[slotInput("a", "downValues")]!.data).toBe(values);
  const scales = [whole, half].map((feeds) => [...(feeds[slotInput("a", "downScales")]!.data as Float32Array)]);
  expect(scales[1]).toEqual(scales[0]!.map((scale) => scale / 2));
});
