/** A Qwen3 model of transformers, with or without its head, as a text encoder. */
import type { Refs } from "../files/component.ts";

const KNOWN = /^(?:embed_tokens\.|layers\.\d+\.|norm\.)/;

/**
 * Its tensors without "model." in front; what only writes text (the head, the last norm, the layers from `layers` on) is left
 * out. Keys of other models are handed back in `unknown`.
 */
export function renameQwen3(refs: Refs, layers: number): { refs: Refs; unknown: string[] } {
  const renamed: Refs = new Map();
  const unknown: string[] = [];
  for (const [key, ref] of refs) {
    const name = key.replace(/^model\./, "");
    const layer = Number(/^layers\.(\d+)\./.exec(name)?.[1] ?? 0);
    if (/^(?:lm_head|norm)\./.test(name) || layer >= layers) continue;
    if (KNOWN.test(name)) renamed.set(name, ref);
    else unknown.push(key);
  }
  return { refs: renamed, unknown };
}
