/** Z-Image's transformer as its authors, ComfyUI, GGUF files or diffusers name its tensors, under the names that networks/ asks for: diffusers'. */
import { type Refs, reshaped } from "../files/component.ts";
import { renameLayers, rulesOf } from "../parts/layer-names.ts";
import { CONTROL_LAYER_NAMES, LAYER_NAMES } from "./names.ts";

const END = () => "(?<end>weight|bias)";
const RULES = rulesOf(LAYER_NAMES, END);
const CONTROL_RULES = rulesOf(CONTROL_LAYER_NAMES, END);

/** diffusers' own, and those that all have in common. */
const KNOWN =
  /^(?:(?:all_x_embedder\.2-1|cap_embedder\.[01]|t_embedder\.mlp\.[02]|all_final_layer\.2-1\.(?:linear|adaLN_modulation\.1)|(?:layers|noise_refiner|context_refiner)\.\d+\..+)\.(?:weight|bias)|(?:x|cap)_pad_token)$/;

/** Is in the published files, and the network does without it. */
const UNUSED = "norm_final.weight";

/** Keys that no rule knows are handed back in `unknown`. `refs` without a prefix. */
export function renameZImage(refs: Refs): { refs: Refs; unknown: string[] } {
  const { refs: renamed, unknown } = renameLayers(refs, RULES, (key) => KNOWN.test(key));
  const rows = [...renamed].map(([key, ref]) => {
    const isRow = key.endsWith("_pad_token") && ref.dims.length === 1;
    return [key, isRow ? reshaped(ref, [1, ...ref.dims]) : ref] as const;
  });
  return { refs: new Map(rows), unknown: unknown.filter((key) => key !== UNUSED) };
}

const KNOWN_OF_CONTROL =
  /^(?:control_all_x_embedder\.2-1|control_(?:layers|noise_refiner)\.\d+\.[\w.]+)\.(?:weight|bias)$/;

/** The same of a ControlNet for it. */
export const renameZImageControl = (refs: Refs): { refs: Refs; unknown: string[] } =>
  renameLayers(refs, CONTROL_RULES, (key) => KNOWN_OF_CONTROL.test(key));
