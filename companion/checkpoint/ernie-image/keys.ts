/** ERNIE-Image's transformer, whose tensors diffusers, ComfyUI and GGUF files name alike; the first kernel as a matrix. */
import { type Refs, reshaped } from "../files/component.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";

const KNOWN =
  /^(?:(?:x_embedder\.proj|time_embedding\.linear_[12]|adaLN_modulation\.1|final_norm\.linear|final_linear)\.(?:weight|bias)|text_proj\.weight|layers\.\d+\.(?:adaLN_sa_ln|adaLN_mlp_ln|self_attention\.(?:to_[qkv]|to_out\.0|norm_[qk])|mlp\.(?:gate_proj|up_proj|linear_fc2))\.weight)$/;

const KERNEL = "x_embedder.proj.weight";

/** Keys that no rule knows are handed back in `unknown`. `refs` without a prefix. */
export function renameErnieImage(refs: Refs): { refs: Refs; unknown: string[] } {
  const renamed = new RenamedRefs();
  const unknown: string[] = [];
  for (const [key, ref] of refs) {
    const [out, ...inner] = ref.dims;
    const isKernel = key === KERNEL && inner.length > 1;
    if (KNOWN.test(key)) renamed.set(key, isKernel ? reshaped(ref, [out!, inner.reduce((a, b) => a * b)]) : ref);
    else unknown.push(key);
  }
  return { refs: renamed, unknown };
}
