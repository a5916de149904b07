import type { T5Config } from "../../networks/configs.ts";
import { parseT5Config } from "../config/t5-config.ts";
import { largestNumber, type Refs } from "../files/component.ts";
import { sizesOf } from "./sizes-of.ts";

/** The dimensions of a T5 from the shapes of its tensors; `refs` as `renameT5` gives them. Throws Problem "weights-missing", "config-invalid". */
export function t5ConfigFromShapes(refs: Refs, origin: string): T5Config {
  const size = sizesOf(refs, origin);
  const attention = (name: string, axis: 0 | 1) => size(`encoder.block.0.layer.0.SelfAttention.${name}.weight`, axis);
  const heads = attention("relative_attention_bias", 1);
  return parseT5Config(
    {
      feed_forward_proj: "gated-gelu",
      vocab_size: size("shared.weight", 0),
      d_model: size("shared.weight", 1),
      d_kv: attention("q", 0) / heads,
      d_ff: size("encoder.block.0.layer.1.DenseReluDense.wi_0.weight", 0),
      num_layers: 1 + largestNumber(refs.keys(), /^encoder\.block\.(\d+)\./),
      num_heads: heads,
      relative_attention_num_buckets: attention("relative_attention_bias", 0),
    },
    origin,
  );
}
