/** `<lora:name:weight>` in prompts, as stable-diffusion-webui reads it: modules/extra_networks.py, Lora/extra_networks_lora.py. */

/** A LoRA named in a prompt. */
export interface LoraTag {
  readonly name: string;
  readonly weight: number;
  /** Where it differs. */
  readonly textEncoderWeight?: number;
}

const TAG = /<(\w+):([^>]+)>/g;
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/**
 * The prompt without its tags, and what they name. `unusable` decides of a tag that names no LoRA, or not so that it can be
 * used: it throws, or says what stands in the prompt instead.
 */
export function takeLoraTags(
  prompt: string,
  unusable: (tag: string, why: string) => string,
): { readonly text: string; readonly loras: readonly LoraTag[] } {
  const loras: LoraTag[] = [];
  const text = prompt.replace(TAG, (tag, kind: string, items: string) => {
    const read = /^(?:lora|lyco)$/i.test(kind) ? readTag(items.split(":")) : "only LoRAs can be named so";
    if (typeof read === "string") return unusable(tag, read);
    loras.push(read);
    return "";
  });
  return { text, loras };
}

/** `name:weight`, `name:text:unet`, `name:te=text:unet=unet` in any mixture; 1 where nothing is said, the UNet's as the text's. A text says why not. */
function readTag(items: readonly string[]): LoraTag | string {
  const isNamed = (item: string) => item.split("=").length === 2;
  const named = new Map(items.filter(isNamed).map((item) => item.split("=") as [string, string]));
  const [name, first, second, third] = items.filter((item) => !isNamed(item));
  if (name === undefined || name.trim() === "") return "it names no LoRA";
  if (third !== undefined || named.has("dyn")) return "a LoRA's rank cannot be cut";
  const text = named.get("te") ?? first ?? "1";
  const unet = named.get("unet") ?? second ?? text;
  const strange = [text, unet].find((one) => !NUMBER.test(one) || !Number.isFinite(Number(one)));
  if (strange !== undefined) return `"${strange}" is no number`;
  const [textEncoderWeight, weight] = [Number(text), Number(unet)];
  return { name: name.trim(), weight, ...(weight !== textEncoderWeight && { textEncoderWeight }) };
}
