/** What sees of Qwen2.5-VL, beside its language model. */
import { type Refs, reshaped } from "../files/component.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";

/** Since transformers 4.52 "model." stands before. */
const OWN = /^(?:model\.)?visual\./;
const PATCHES = "patch_embed.proj.weight";

/** Its tensors without "visual." in front: a patch's kernel as a matrix. What belongs to the language model is left out. */
export function renameQwenVision(refs: Refs): { refs: Refs; unknown: string[] } {
  const renamed = new RenamedRefs();
  for (const [key, ref] of refs) {
    if (!OWN.test(key)) continue;
    const name = key.replace(OWN, "");
    const [out, ...inner] = ref.dims;
    const isKernel = name === PATCHES && inner.length > 1;
    renamed.set(name, isKernel ? reshaped(ref, [out!, inner.reduce((a, b) => a * b)]) : ref);
  }
  return { refs: renamed, unknown: [] };
}
