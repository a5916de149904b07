/** Every kind of add-on against the library that defines it: fixtures/lora/make_kinds.py. */
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { type Numbers, readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import type { Addition, Base } from "../../companion/checkpoint/lora/change.ts";
import { type Part, parseLoraKey } from "../../companion/checkpoint/lora/keys.ts";
import type { OftSettings } from "../../companion/checkpoint/lora/peft-settings.ts";
import { planFused } from "../../companion/checkpoint/lora/plan-fused.ts";
import { planLayer } from "../../companion/checkpoint/lora/plan-layer.ts";
import type { WeightRef } from "../../companion/graph/weights.ts";

const store = openSafetensors(path.join(__dirname, "../fixtures/lora/kinds.safetensors"));
const keys = [...store.keys()];
const cases = [...new Set(keys.map((key) => key.split("/")[0]!))].sort();

/** What the file beside peft's own says, where it is not what peft has anyway. */
const OFT: Readonly<Record<string, OftSettings>> = {
  "peft-oft-exact-linear": {},
  "peft-oft-bounded-linear": { terms: 5, epsilon: 0.3 },
};

const refsOf = (name: string): [string, WeightRef][] =>
  keys.filter((key) => key.startsWith(`${name}/`)).map((key) => [key.slice(name.length + 1), store.find(key)!]);

function partsOf(name: string): Map<Part, WeightRef> {
  const parts = new Map<Part, WeightRef>();
  for (const [key, ref] of refsOf(name))
    if (key.startsWith("part.")) parts.set(parseLoraKey(`lora_unet_x.${key.slice(5)}`)!.part, ref);
  return parts;
}

const oftOf = (name: string): OftSettings => OFT[name] ?? { terms: 5 };

function planOf(name: string, whole: "with its layer" | "alone") {
  const refs = new Map(refsOf(name));
  const parts = partsOf(name);
  const [weight, bias] = [refs.get("base.weight")!, refs.get("base.bias")];
  const base: Base = {
    ...{ dims: weight.dims, read: () => readNumbers(weight) },
    ...(bias && { readBias: () => readNumbers(bias) }),
  };
  const options = { scaleOf: () => undefined, oft: oftOf(name), origin: name };
  return planLayer(parts, { ...(whole === "with its layer" && { base }), ...options });
}

/** A layer's weight with what it gains. */
function changed({ dims, data: own }: Numbers, { lowRank, product, stretch, scale }: Addition): number[] {
  const [out, inputs] = [dims[0]!, dims[1] ?? 1];
  const width = own.length / out;
  return Array.from(own, (value, at) => {
    const [i, j] = [Math.floor(at / width), at % width];
    let sum = value + (scale?.data[at] ?? 0);
    if (stretch) {
      const [rows, columns] = stretch.dims as [number, number];
      const column = Math.floor((j * inputs) / width);
      sum += value * stretch.data[(rows === 1 ? 0 : i) * columns + (columns === 1 ? 0 : column)]!;
    }
    if (lowRank) {
      const { up, down, strength } = lowRank;
      const rank = up.dims[1]!;
      for (let r = 0; r < rank; r++) sum += strength * up.data[i * rank + r]! * down.data[r * width + j]!;
    }
    if (product) {
      const { first, second, strength } = product;
      const [p, q] = second.dims as [number, number];
      const factor = first.data[Math.floor(i / p) * first.dims[1]! + Math.floor(j / q)]!;
      sum += strength * factor * second.data[(i % p) * q + (j % q)]!;
    }
    return sum;
  });
}

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

test("there are cases of every kind", () => {
  expect(cases.length).toBeGreaterThan(35);
});

test.each(cases)("planLayer() gives the weight and bias that the library merges: %s", (name) => {
  const refs = new Map(refsOf(name));
  const numbers = (key: string) => readNumbers(refs.get(key)!);
  const expected = [...refs.keys()].filter((key) => key.includes("@"));
  expect(expected).not.toEqual([]);
  const change = planOf(name, "with its layer");
  for (const key of expected) {
    const [what, weight] = key.split("@") as [string, string];
    const addition = change.at(Number(weight));
    const got =
      what === "weight"
        ? changed(numbers("base.weight"), addition)
        : Array.from(numbers("base.bias").data, (value, i) => value + (addition.bias?.data[i] ?? 0));
    expect([key, farthest(got, numbers(key).data) < 3e-6]).toEqual([key, true]);
  }
});

test.each(cases)(
  "planLayer() reads no number before it is asked for what a layer gains, with and without the layer: %s",
  (name) => {
    const read = jest.spyOn(jest.requireActual<typeof import("node:fs")>("node:fs"), "openSync");
    planOf(name, "with its layer");
    planOf(name, "alone");
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
  },
);

const matrices = cases.filter((name) => new Map(refsOf(name)).get("base.weight")!.dims.length === 2);
const sharesOf = (name: string) => {
  const [out] = new Map(refsOf(name)).get("base.weight")!.dims as [number];
  return [2, 3].filter((count) => out % count === 0).map((count) => [name, count] as const);
};

test.each(matrices.flatMap(sharesOf))(
  "planFused() gives each of several layers its rows of what the library merges: %s in %i",
  (name, count) => {
    const refs = new Map(refsOf(name));
    const numbers = (key: string) => readNumbers(refs.get(key)!);
    const share = (key: string, part: number): Numbers => {
      const { dims, data } = numbers(key);
      const length = data.length / count;
      return { dims: [dims[0]! / count, ...dims.slice(1)], data: data.slice(part * length, (part + 1) * length) };
    };
    const parts = Array.from({ length: count }, (_, i) => i);
    const bases = parts.map((part): Base => {
      const dims = share("base.weight", part).dims;
      const bias = refs.has("base.bias") && { readBias: () => share("base.bias", part) };
      return { dims, read: () => share("base.weight", part), ...bias };
    });
    const options = { bases, scaleOf: () => undefined, oft: oftOf(name), origin: name };
    const changes = planFused(partsOf(name), parts.map(String), options);
    for (const key of [...refs.keys()].filter((each) => each.includes("@")))
      for (const [path, change] of changes) {
        const [what, weight] = key.split("@") as [string, string];
        const addition = change.at(Number(weight));
        const own = share(`base.${what}`, Number(path));
        const got =
          what === "weight"
            ? changed(own, addition)
            : Array.from(own.data, (value, i) => value + (addition.bias?.data[i] ?? 0));
        expect([key, path, farthest(got, share(key, Number(path)).data) < 3e-6]).toEqual([key, path, true]);
      }
  },
);
