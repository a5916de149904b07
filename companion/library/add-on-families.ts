/**
 * Which families of models an add-on fits, judged by its keys and shapes. Every clue leaves some families; what all clues leave is
 * what it fits, and where they leave everything, the file does not say.
 */
import type { AddOnInfo } from "../../shared/protocol.ts";
import { FAMILIES, type Family, familyOf } from "../checkpoint/identify/families.ts";
import { type LoraFile, textWidthOf } from "../checkpoint/lora/lora-file.ts";
import type { WeightRef, WeightStore } from "../graph/weights.ts";

type Id = Family["id"];

/** Families that a clue leaves; undefined where there is no such clue. */
export type Clue = readonly Id[] | undefined;

/** The text that cross-attentions read, by its width: of the published models. */
const BY_TEXT: Readonly<Record<number, readonly Id[]>> = {
  768: ["sd1"],
  1024: ["sd2"],
  1280: ["sdxl-refiner"],
  2048: ["sdxl"],
};
/** The first text encoder's own width. */
const BY_ENCODER: Readonly<Record<number, readonly Id[]>> = {
  768: ["sd1", "sdxl"],
  1024: ["sd2"],
  1280: ["sdxl-refiner"],
};
/** Words in which files name their base: ModelSpec's `modelspec.architecture`, kohya's `ss_base_model_version`. */
const BY_CLAIM: readonly (readonly [RegExp, readonly Id[]])[] = [
  [/refiner/i, ["sdxl-refiner"]],
  [/xl/i, ["sdxl"]],
  [/stable-diffusion-v1|^sd_?(?:v)?1/i, ["sd1"]],
  [/stable-diffusion-v2|^sd_?(?:v)?2/i, ["sd2"]],
];

/** Those that it fits. Empty where nothing is told, or what is told does not go together. */
export function familiesOf(shapes: readonly Clue[], metadata?: ReadonlyMap<string, string>): AddOnInfo["families"] {
  const left = FAMILIES.map(({ id }) => id).filter((id) => shapes.every((clue) => clue?.includes(id) ?? true));
  // What a file says of itself only chooses among what its shapes allow.
  const claimed = left.filter((id) => claimOf(metadata)?.includes(id));
  const fitting = claimed.length > 0 ? claimed : left;
  return fitting.length === FAMILIES.length ? [] : fitting.map((id) => ({ id, name: familyOf(id).name }));
}

function claimOf(metadata?: ReadonlyMap<string, string>): Clue {
  const claims = [metadata?.get("modelspec.architecture"), metadata?.get("ss_base_model_version")];
  return claims.flatMap((claim) => BY_CLAIM.filter(([words]) => claim !== undefined && words.test(claim)))[0]?.[1];
}

/** By the width of a ControlNet's cross-attentions. */
export function controlNetClues(store: WeightStore): Clue[] {
  const key = [...store.keys()].find((name) => /attn2\.to_k\.weight$/.test(name));
  return [BY_TEXT[(key && store.find(key)?.dims[1]) || 0]];
}

/** SDXL's adapters take pixels in cells of 16, the others in cells of 8; pictures have 3 channels or 1. */
export function t2iAdapterClues(store: WeightStore): Clue[] {
  const first = ["conv_in.weight", "body.0.in_conv.weight"]
    .flatMap((key) => [key, `adapter.${key}`])
    .flatMap((key) => store.find(key)?.dims[1] ?? [])[0];
  if (first === 16 * 16 || first === 3 * 16 * 16) return [["sdxl"]];
  return [first === 8 * 8 || first === 3 * 8 * 8 ? ["sd1", "sd2"] : undefined];
}

/** `widths`: of its vectors, one for each text encoder. */
export function embeddingClues(widths: readonly number[]): Clue[] {
  if (widths.length > 1) return [widths.includes(768) && widths.includes(1280) ? ["sdxl"] : []];
  const [width] = widths;
  return [{ 768: ["sd1"], 1024: ["sd2"], 1280: ["sdxl-refiner"] }[width!] as Clue];
}

/** By a configuration's scale of the latents, the only thing in which the families' autoencoders differ. */
export function vaeClues(scalingFactor: unknown): Clue[] {
  const same = FAMILIES.filter(({ vae }) => vae.scaling_factor === scalingFactor).map(({ id }) => id);
  return [same.length > 0 ? same : undefined];
}

/** A place in the UNet, in diffusers' or in the original spelling, and the families that have it. */
const BY_LAYER: readonly (readonly [RegExp, readonly Id[]])[] = [
  // Attention at the full size of the latent.
  [/^(?:down_blocks_0|input_blocks_[12])_(?:attentions_\d|1)_/, ["sd1", "sd2"]],
  [/^(?:up_blocks_3_attentions_\d|output_blocks_(?:9|10|11)_1)_/, ["sd1", "sd2"]],
  // Several transformer blocks one after the other.
  [/_transformer_blocks_[1-9]/, ["sdxl", "sdxl-refiner"]],
  [/^(?:add_embedding|label_emb)_/, ["sdxl", "sdxl-refiner"]],
];

/** The text's width, the text encoders, and the blocks of a LoRA or its kin. */
export function loraClues(lora: Pick<LoraFile, "targets">): Clue[] {
  const unet = lora.targets.get("unet") ?? new Map();
  const clues: Clue[] = [BY_TEXT[textWidthOf(lora) ?? factoredWidthOf(unet) ?? 0]];
  for (const [layer, parts] of unet) {
    clues.push(BY_LAYER.find(([place]) => place.test(layer))?.[1]);
    if (/(?:attn1_to_[qkv]|ff_net_0_proj)$/.test(layer)) clues.push(byBlocks(inputOf(parts) ?? 0));
  }
  if (lora.targets.has(1)) clues.push(["sdxl"]);
  for (const [layer, parts] of lora.targets.get(0) ?? [])
    if (/(?:_[qkv]_proj|_fc1)$/.test(layer)) clues.push(BY_ENCODER[inputOf(parts) ?? 0]);
  return [...new Set(clues)];
}

/** The refiner's blocks are multiples of 384 wide, all others' of 320. */
function byBlocks(width: number): Clue {
  if (width % 384 === 0 && width > 0) return REFINER;
  return width % 320 === 0 && width > 0 ? NO_REFINER : undefined;
}
const REFINER: Clue = ["sdxl-refiner"];
const NO_REFINER: Clue = ["sd1", "sd2", "sdxl"];

/** LoKr has the input's width as a product. */
function factoredWidthOf(unet: ReadonlyMap<string, ReadonlyMap<string, WeightRef>>): number | undefined {
  for (const [layer, parts] of unet) if (/attn2_to_[kv]$/.test(layer)) return inputOf(parts);
  return undefined;
}

function inputOf(parts: ReadonlyMap<string, WeightRef>): number | undefined {
  const inner = (...names: string[]) => names.flatMap((name) => parts.get(name)?.dims[1] ?? [])[0];
  const plain = inner("down", "hada_w1_b", "diff");
  const [one, two] = [inner("lokr_w1", "lokr_w1_b"), inner("lokr_w2", "lokr_w2_b")];
  return plain ?? (one !== undefined && two !== undefined ? one * two : undefined);
}

/** What a LoRA for another kind of network changes, named; undefined where it changes a UNet or texts only. */
export function foreignTarget({ targets }: Pick<LoraFile, "targets">): string | undefined {
  const layers = [...(targets.get("unet")?.keys() ?? [])];
  if (layers.length === 0 || layers.some((layer) => UNET_LAYER.test(layer))) return undefined;
  return FOREIGN.find(([place]) => layers.some((layer) => place.test(layer)))?.[1] ?? "another kind of model";
}

const UNET_LAYER =
  /^(?:down_blocks|up_blocks|mid_block|input_blocks|output_blocks|middle_block|conv_(?:in|out)$|time_embed|add_embedding|label_emb|out_)/;
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/(?:^|_)(?:double|single)_blocks_\d|single_transformer_blocks_\d/, "FLUX"],
  [/(?:^|_)joint_blocks_\d|^transformer_transformer_blocks_\d+_attn_add_/, "Stable Diffusion 3"],
];
