import { Problem } from "../../../shared/problem.ts";
import type { WeightStore } from "../../graph/weights.ts";
import { readNumbers } from "../files/tensor-data.ts";
import { ldmNames } from "../ldm/unet-names.ts";
import type { Embedding } from "../parts/embedding.ts";
import { transposed } from "./arithmetic.ts";
import type { Base, Change } from "./change.ts";
import { layerName, type Target } from "./keys.ts";
import { type LayerParts, type LoraFile, textWidthOf, twice } from "./lora-file.ts";
import { planFused } from "./plan-fused.ts";
import { planLayer } from "./plan-layer.ts";

/** What an add-on does to a model. */
export interface LoraPlan {
  /** By network, by the layer's path. Each reads its weights when it is first asked for what it adds. */
  readonly changes: ReadonlyMap<Target, ReadonlyMap<string, Change>>;
  /** Words that came with it. */
  readonly embeddings: readonly Embedding[];
}

/** The networks that an add-on can change: only the keys and dims of their tensors count before the weights are read. */
export interface Networks {
  /** Undefined where the model has no such network. Keys as diffusers names them. */
  find(target: Target): WeightStore | undefined;
  /** What else add-ons call layers of the denoiser at `paths`, each for one or for parts of one matrix, in order. Absent: as Stable Diffusion's. */
  otherNames?(paths: readonly string[]): ReadonlyMap<string, readonly string[]>;
}

interface ModelNetworks {
  readonly denoiser: { readonly weights: WeightStore };
  readonly textEncoders: readonly { readonly component: { readonly weights: WeightStore } }[];
}

/** Those of an open model. */
export const networksOf = ({ denoiser, textEncoders }: ModelNetworks): Networks => ({
  find: (target) => (target === "unet" ? denoiser.weights : textEncoders[target]?.component.weights),
});

/** Families by the width of their text. */
const FAMILY_OF_WIDTH: Readonly<Record<number, string>> = {
  768: "Stable Diffusion 1.x",
  1024: "Stable Diffusion 2.x",
  1280: "Stable Diffusion XL's refiner",
  2048: "Stable Diffusion XL",
};

/** "Stable Diffusion 1.x", …; undefined where the file says too little. */
export const familyOfLora = (lora: LoraFile): string | undefined => FAMILY_OF_WIDTH[textWidthOf(lora) ?? 0];

/**
 * What an add-on does to a model, planned by headers alone: keys, dims and number types. Everything that can be refused is
 * refused here, and no weight is read: those are read by `Change.at`, when a picture is made. A list asks it the same, with
 * the same answer: with the `networks` of a model or of a family (any store of keys and dims), or without any, when each
 * layer's tensors are judged by each other and every layer's name is taken as it is:
 *
 *     planLora(openLora(file, { opened: store }));                     // usable at all?
 *     planLora(openLora(file, { opened: store }), networksOf(model));  // usable with this model?
 *
 * Throws Problem "adapter-mismatch" where it belongs to another model, "weights-leftover", "weights-missing",
 * "model-unsupported" (number types).
 */
export function planLora(lora: LoraFile, networks?: Networks): LoraPlan {
  if (networks) refuseOtherTexts(lora, networks);
  const changes = new Map<Target, Map<string, Change>>();
  for (const [target, layers] of lora.targets) {
    const store = networks?.find(target);
    if (networks && !store)
      throw mismatch(
        lora,
        `changes a ${target === 1 ? "second " : ""}text encoder of a kind that this model does not have`,
      );
    const scaleOf = (layer: string) => (rank: number) => lora.peft.alphas(target, layer, rank);
    const planned = new Map<string, Change>();
    for (const [layer, paths] of placed(lora, { layers, target, store, networks })) {
      const parts = layers.get(layer)!;
      const common = { scaleOf: scaleOf(layer), oft: lora.peft.oft, origin: lora.origin };
      if (paths.length === 1)
        planned.set(paths[0]!, planLayer(parts, { ...common, ...(store && placeOf(store, paths[0]!)) }));
      else
        for (const [path, change] of planFused(parts, paths, {
          ...common,
          bases: paths.map((path) => baseOf(store!, path)),
        }))
          planned.set(path, change);
    }
    changes.set(target, planned);
  }
  return { changes, embeddings: lora.embeddings };
}

function refuseOtherTexts(lora: LoraFile, networks: Networks): void {
  const unet = networks.find("unet");
  const key = [...(unet?.keys() ?? [])].find((name) => /attn2\.to_k\.weight$/.test(name));
  const [width, own] = [textWidthOf(lora), key && unet!.find(key)!.dims[1]];
  if (width !== undefined && own !== undefined && width !== own)
    throw mismatch(lora, `reads texts of width ${width}, and this model's have ${own}`);
}

interface Layers {
  readonly layers: ReadonlyMap<string, LayerParts>;
  readonly target: Target;
  readonly store: WeightStore | undefined;
  readonly networks: Networks | undefined;
}

/** The layer's name in the file → its path; where it stands for several layers, theirs. */
function placed(lora: LoraFile, { layers, target, store, networks }: Layers): Map<string, readonly string[]> {
  if (!store) return new Map([...layers.keys()].map((name) => [name, [name]]));
  const paths = namesIn(store, target, networks);
  const strange = [...layers.keys()].filter((layer) => !paths.has(layer));
  if (strange.length > 0) {
    const more = strange.length > 1 ? ` and ${strange.length - 1} more` : "";
    throw mismatch(
      lora,
      `changes layers that this model does not have ("${firstKey(layers.get(strange[0]!)!)}"${more})`,
    );
  }
  const names = new Map<string, string>();
  for (const name of layers.keys())
    for (const path of paths.get(name)!) {
      const twin = names.get(path);
      if (twin !== undefined) throw twice(lora.origin, firstKey(layers.get(twin)!), firstKey(layers.get(name)!));
      names.set(path, name);
    }
  return new Map([...layers.keys()].map((name) => [name, paths.get(name)!]));
}

const firstKey = (parts: LayerParts): string => [...parts.values()][0]!.key;

function mismatch(lora: LoraFile, what: string): Problem {
  const family = familyOfLora(lora);
  return new Problem(
    "adapter-mismatch",
    `The LoRA "${lora.origin}" ${what}: ${family ? `it was made for ${family}, so choose such a model` : "choose a model of the family that it was made for"}.`,
  );
}

type Names = ReadonlyMap<string, readonly string[]>;

const NAMES = new WeakMap<WeightStore, Names>();

/** The same of a store each time: a list puts thousands of add-ons to a few. */
function namesIn(store: WeightStore, target: Target, networks: Networks | undefined): Names {
  const names = NAMES.get(store) ?? pathsByName(store, target, networks);
  NAMES.set(store, names);
  return names;
}

/** Every spelling of every layer and norm. */
function pathsByName(store: WeightStore, target: Target, networks: Networks | undefined): Names {
  const keys = [...store.keys()];
  const paths = keys.flatMap((key) => /^(.+)\.weight(?:\.T)?$/.exec(key)?.[1] ?? []);
  const names = new Map<string, readonly string[]>();
  if (target === "unet" && networks?.otherNames)
    for (const [name, own] of networks.otherNames(paths)) names.set(layerName(name, target), own);
  else if (target === "unet") {
    const original = ldmNames(keys);
    for (const path of paths) {
      const ldm = original(path);
      if (ldm !== undefined) names.set(layerName(ldm, target), [path]);
    }
  }
  for (const path of paths) names.set(layerName(path, target), [path]);
  return names;
}

/** The layer at a path, and how many of its inputs are the latent, where there are more. */
function placeOf(store: WeightStore, path: string): { base: Base; latentChannels?: number } {
  const base = baseOf(store, path);
  const latent = store.find("conv_out.weight")?.dims[0];
  const reads = path === "conv_in" && latent !== undefined && latent < base.dims[1]!;
  return { base, ...(reads && { latentChannels: latent }) };
}

function baseOf(store: WeightStore, path: string): Base {
  const bias = store.find(`${path}.bias`);
  const more = bias && { readBias: () => readNumbers(bias) };
  const ref = store.find(`${path}.weight`);
  if (ref) return { dims: ref.dims, read: () => readNumbers(ref), ...more };
  const turned = store.find(`${path}.weight.T`)!;
  return { dims: turned.dims.toReversed(), read: () => transposed(readNumbers(turned)), ...more };
}
