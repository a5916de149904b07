import { Problem } from "../../../shared/problem.ts";
import type { WeightStore } from "../../graph/weights.ts";
import { readNumbers } from "../files/tensor-data.ts";
import { ldmNames } from "../ldm/unet-names.ts";
import type { Model } from "../parts/model-record.ts";
import { transposed } from "./arithmetic.ts";
import { type Change, readChange } from "./changes.ts";
import { layerName, type Target } from "./keys.ts";
import { type LoraFile, textWidthOf } from "./lora-file.ts";

/** What an add-on does to a model: by network, by the layer's path. */
export type FittedLora = ReadonlyMap<Target, ReadonlyMap<string, Change>>;

/** Families by the width of their text. */
const FAMILY_OF_WIDTH: Readonly<Record<number, string>> = {
  768: "Stable Diffusion 1.x",
  1024: "Stable Diffusion 2.x",
  1280: "Stable Diffusion XL's refiner",
  2048: "Stable Diffusion XL",
};

/** "Stable Diffusion 1.x", …; undefined where the file says too little. */
export const familyOfLora = (lora: LoraFile): string | undefined => FAMILY_OF_WIDTH[textWidthOf(lora) ?? 0];

/** Reads the add-on for this model. Throws Problem "adapter-mismatch" where it belongs to another one, "weights-leftover". */
export function fitLora(lora: LoraFile, model: Pick<Model, "denoiser" | "textEncoders">): FittedLora {
  const [width, own] = [textWidthOf(lora), model.denoiser.config.cross_attention_dim[0]!];
  if (width !== undefined && width !== own)
    throw mismatch(lora, `reads texts of width ${width}, and this model's have ${own}`);
  const fitted = new Map<Target, Map<string, Change>>();
  for (const [target, layers] of lora.targets) {
    const store = target === "unet" ? model.denoiser.weights : model.textEncoders[target]?.component.weights;
    if (!store) throw mismatch(lora, "changes a second text encoder, which this model does not have");
    const paths = pathsByName(store, target);
    const strange = [...layers.keys()].filter((layer) => !paths.has(layer));
    if (strange.length > 0) {
      const [first] = layers.get(strange[0]!)!.values();
      const more = strange.length > 1 ? ` and ${strange.length - 1} more` : "";
      throw mismatch(lora, `changes layers that this model does not have ("${first!.key}"${more})`);
    }
    const changes = new Map<string, Change>();
    for (const [layer, parts] of layers) {
      const path = paths.get(layer)!;
      const options = { base: baseOf(store, path), origin: lora.origin };
      changes.set(path, readChange(parts, { ...options, scaleOf: (rank) => lora.alphas(target, layer, rank) }));
    }
    fitted.set(target, changes);
  }
  return fitted;
}

function mismatch(lora: LoraFile, what: string): Problem {
  const family = familyOfLora(lora);
  return new Problem(
    "adapter-mismatch",
    `The LoRA "${lora.origin}" ${what}: ${family ? `it was made for ${family}, so choose such a model` : "choose a model of the family that it was made for"}.`,
  );
}

/** Every spelling of every layer with a matrix or a kernel. */
function pathsByName(store: WeightStore, target: Target): Map<string, string> {
  const keys = [...store.keys()];
  const original = target === "unet" ? ldmNames(keys) : () => undefined;
  const names = new Map<string, string>();
  for (const key of keys) {
    const path = /^(.+)\.weight(?:\.T)?$/.exec(key)?.[1];
    if (path === undefined || store.find(key)!.dims.length < 2) continue;
    const ldm = original(path);
    if (ldm !== undefined) names.set(layerName(ldm, target), path);
    names.set(layerName(path, target), path);
  }
  return names;
}

function baseOf(store: WeightStore, path: string) {
  const ref = store.find(`${path}.weight`);
  if (ref) return { dims: ref.dims, read: () => readNumbers(ref) };
  const turned = store.find(`${path}.weight.T`)!;
  return { dims: [...turned.dims].reverse(), read: () => transposed(readNumbers(turned)) };
}
