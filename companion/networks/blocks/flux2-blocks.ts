/** The two kinds of blocks of FLUX.2. Source: diffusers, transformer_flux2.py. Streams are as modulation.ts says. */
import { dimAt } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { linearNoBias } from "../../graph/layers.ts";
import { concat, type Rotation, slice } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import type { Flux2Config } from "../configs.ts";
import { attend, attendJointly, type JointAttentionOptions, normedHeads, type Qkv } from "./joint-attention.ts";
import { gated, type Modulation, modulated } from "./modulation.ts";
import { swiglu } from "./swiglu.ts";

export interface Flux2BlockOptions {
  readonly config: Flux2Config;
  /** Of all places, the text's first. */
  readonly rotation: Rotation;
}

/** Of text and picture. */
export interface Flux2Streams {
  /** [1, T, D] */
  readonly text: Value;
  /** [1, S, D] */
  readonly picture: Value;
}

const attentionOf = ({ config, rotation }: Flux2BlockOptions): JointAttentionOptions => ({
  ...{ heads: config.num_attention_heads, size: config.attention_head_dim, eps: config.eps, rotation },
});

/** The halves of x [1, S, 2 · N] as gate and the rest → [1, S, N]. */
function gluHalves(op: Graph, x: Value): Value {
  const half = dimAt(x, 2) / 2;
  return swiglu(op, slice(op, x, 2, [0, half]), slice(op, x, 2, [half, 2 * half]));
}

/**
 * Text and picture attend to each other, each by matrices of its own. Keys: attn.(to_q to_k to_v to_out.0 norm_q norm_k, and
 * for the text add_q_proj add_k_proj add_v_proj to_add_out norm_added_q norm_added_k) ff ff_context.(linear_in linear_out).
 */
export function doubleBlock(
  op: Graph,
  w: Weights,
  { text, picture }: Flux2Streams,
  changes: { readonly text: readonly Modulation[]; readonly picture: readonly Modulation[] },
  options: Flux2BlockOptions,
): Flux2Streams {
  const { config } = options;
  const width = dimAt(picture, 2);
  const attn = w.at("attn");
  const project = (x: Value, names: readonly [string, string, string]) =>
    names.map((name) => linearNoBias(op, attn.at(name), x, width)) as unknown as Qkv;
  const begin = (x: Value, [first]: readonly Modulation[]) => modulated(op, x, first!, config.eps);
  const ofText = project(begin(text, changes.text), ["add_q_proj", "add_k_proj", "add_v_proj"]);
  const ofPicture = project(begin(picture, changes.picture), ["to_q", "to_k", "to_v"]);
  const seen = attendJointly(op, attn, { text: ofText, picture: ofPicture }, attentionOf(options));
  const tokens = dimAt(text, 1);
  const finish = (x: Value, [begin, end]: readonly [number, Value["dims"][number]], part: "text" | "picture") => {
    const [attention, mlp] = changes[part] as readonly [Modulation, Modulation];
    const [out, ff] = part === "text" ? ["to_add_out", "ff_context"] : ["to_out.0", "ff"];
    const own = linearNoBias(op, attn.at(out!), slice(op, seen, 1, [begin, end]), width);
    const h = gated(op, x, own, attention);
    const inner = Math.trunc(width * config.mlp_ratio);
    const wide = linearNoBias(op, w.at(ff!).at("linear_in"), modulated(op, h, mlp, config.eps), 2 * inner);
    return gated(op, h, linearNoBias(op, w.at(ff!).at("linear_out"), gluHalves(op, wide), width), mlp);
  };
  return {
    text: finish(text, [0, tokens], "text"),
    picture: finish(picture, [tokens, seen.dims[1]!], "picture"),
  };
}

/**
 * Attention and MLP side by side, for both as one stream x [1, T + S, D]: Dehghani et al. 2023, "Scaling Vision Transformers to
 * 22 Billion Parameters", section 2. Keys: attn.(to_qkv_mlp_proj to_out norm_q norm_k).
 */
export function singleBlock(op: Graph, w: Weights, x: Value, change: Modulation, options: Flux2BlockOptions): Value {
  const { config } = options;
  const width = dimAt(x, 2);
  const inner = Math.trunc(width * config.mlp_ratio);
  const [attn, attention] = [w.at("attn"), attentionOf(options)];
  const all = linearNoBias(op, attn.at("to_qkv_mlp_proj"), modulated(op, x, change, config.eps), 3 * width + 2 * inner);
  const part = (begin: number, size: number) => slice(op, all, 2, [begin, begin + size]);
  const own: Qkv = [part(0, width), part(width, width), part(2 * width, width)];
  const qkv = normedHeads(op, attn, own, ["norm_q", "norm_k"], attention);
  const both = op.scope(attn.path, () =>
    concat(op, [attend(op, qkv, attention), gluHalves(op, part(3 * width, 2 * inner))], 2),
  );
  return gated(op, x, linearNoBias(op, attn.at("to_out"), both, width), change);
}
