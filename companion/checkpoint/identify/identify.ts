/** What a safetensors file is, judged by its keys and shapes and never by its name. */
import type { WeightStore } from "../../graph/weights.ts";
import { type Family, familyOfKeys } from "./families.ts";
import { KIND_NAMES, type NamedKind } from "./kinds.ts";
import { SIGNATURES } from "./signatures.ts";
import { isTinyVae } from "./tiny-vae.ts";

/** `describe` says it as a noun phrase. */
export type FileKind =
  | { readonly kind: "model"; readonly family: Family }
  | { readonly kind: NamedKind }
  | { readonly kind: "other"; readonly what: string; readonly use: string; readonly adapter?: "lora" | "embedding" };

/** The kind of a whole file. `store` as `openSafetensors` gives it. */
export function identify(store: WeightStore): FileKind {
  const keys = [...store.keys()];
  const has = (pattern: RegExp) => keys.some((key) => pattern.test(key));
  const family = familyOfKeys(keys);
  // A whole model with tensors of an add-on left in it is a model.
  const signature = SIGNATURES.find(({ test, adapter }) => !(family && adapter) && test(keys, store));
  if (signature?.kind) return { kind: signature.kind };
  if (signature) {
    const { what, use = "choose a Stable Diffusion model", adapter } = signature;
    return { kind: "other", what, use, ...(adapter && { adapter }) };
  }
  if (family) return { kind: "model", family };
  if (has(/^(?:clip_vision\.)?vision_model\.embeddings\./)) return { kind: "image-encoder" };
  if (has(/^(?:model\.diffusion_model\.)?(?:input_blocks|down_blocks)\.\d+\./))
    return { kind: "other", what: `the UNet of a model without ${missing(has)}`, use: "choose the complete model" };
  if (isTinyVae(store) || has(/^(?:first_stage_model\.|vae\.)?decoder\.(?:mid|mid_block|up|up_blocks)\./))
    return { kind: "vae" };
  if (
    has(
      /^(?:cond_stage_model\.|text_encoders?\.)?(?:\w+\.)*(?:text_model\.)?(?:encoder\.layers|transformer\.resblocks)\.\d+\./,
    )
  )
    return { kind: "text-encoder" };
  return {
    kind: "other",
    what: `of an unknown kind (its first tensor is "${keys[0]?.slice(0, 80) ?? "none"}")`,
    use: "choose a Stable Diffusion model",
  };
}

/** Of what a whole model holds beside its UNet. */
function missing(has: (pattern: RegExp) => boolean): string {
  const text = has(/^(?:cond_stage_model|conditioner)\./) ? "all its text encoders" : "its text encoder";
  return has(/^first_stage_model\./) ? text : `${text} and autoencoder`;
}

/** A noun phrase for what a file is. */
export function describe(store: WeightStore): string {
  const found = identify(store);
  if (found.kind === "model") return `a ${found.family.name} model`;
  return found.kind === "other" ? found.what : KIND_NAMES[found.kind];
}
