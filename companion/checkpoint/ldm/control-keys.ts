/** A ControlNet of the original code (lllyasviel/ControlNet, cldm/cldm.py) under diffusers' names. */
import { largestNumber, type Refs } from "../files/component.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";
import { renameLdmUNet } from "./unet-keys.ts";

/** Renames; keys that no rule knows are handed back in `unknown`. `refs` without the prefix `control_model.`. */
export function renameLdmControlNet(refs: Refs): { refs: Refs; unknown: string[] } {
  // A convolution at every second place, with an activation between: the first reads the picture, the last meets the UNet.
  const lastHint = largestNumber(refs.keys(), /^input_hint_block\.(\d+)\./);
  const renamed = new RenamedRefs();
  const inward: Refs = new Map();
  for (const [key, ref] of refs) {
    const name = key
      .replace(/^zero_convs\.(\d+)\.0\./, "controlnet_down_blocks.$1.")
      .replace(/^middle_block_out\.0\./, "controlnet_mid_block.")
      .replace(
        /^input_hint_block\.(\d+)\./,
        (_, place) => `controlnet_cond_embedding.${hintName(Number(place), lastHint)}.`,
      );
    if (name === key) inward.set(key, ref);
    else renamed.set(name, ref);
  }
  const unet = renameLdmUNet(inward);
  for (const [name, ref] of unet.refs) renamed.set(name, ref);
  return { refs: renamed, unknown: unet.unknown };
}

function hintName(place: number, last: number): string {
  if (place === 0) return "conv_in";
  return place === last ? "conv_out" : `blocks.${place / 2 - 1}`;
}
