/** The dimensions of ERNIE-Image's transformer from the shapes of its tensors, for files that carry no configuration. */
import type { ErnieImageConfig } from "../../networks/configs.ts";
import { parseErnieImageConfig } from "../config/ernie-image-config.ts";
import { largestNumber, type Refs } from "../files/component.ts";
import { sizesOf } from "../parts/sizes-of.ts";

/** Of the numbers of a head, as published: 32, 48 and 48 of 128. */
const AXES = [1 / 4, 3 / 8, 3 / 8];

/** What no tensor says is as published. Throws Problem "weights-missing", "config-invalid". */
export function ernieImageConfigFromShapes(refs: Refs, origin: string): ErnieImageConfig {
  const size = sizesOf(refs, origin);
  const width = size("x_embedder.proj.weight", 0);
  const head = size("layers.0.self_attention.norm_q.weight", 0);
  const channels = size("final_linear.weight", 0);
  return parseErnieImageConfig(
    {
      hidden_size: width,
      num_attention_heads: width / head,
      num_layers: 1 + largestNumber(refs.keys(), /^layers\.(\d+)\./),
      ffn_hidden_size: size("layers.0.mlp.gate_proj.weight", 0),
      ...{ in_channels: channels, out_channels: channels },
      text_in_dim: refs.has("text_proj.weight") ? size("text_proj.weight", 1) : width,
      rope_axes_dim: AXES.map((share) => share * head),
    },
    origin,
  );
}
