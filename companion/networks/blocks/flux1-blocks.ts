/** The two kinds of blocks of FLUX.1. Source: diffusers, transformer_flux.py. Streams are as modulation.ts says. */
import { dimAt } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { linear } from "../../graph/layers.ts";
import { concat, slice, tanhGelu } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import { attend, attendJointly, type JointAttentionOptions, normedHeads, type Qkv } from "./joint-attention.ts";
import { gated, modulated, modulationsWithBias } from "./modulation.ts";

export interface Flux1BlockOptions {
  readonly attention: JointAttentionOptions;
  /** The embedded time, after its activation: [1, D]. */
  readonly time: Value;
}

/** Of text and picture, [1, T, D] and [1, S, D]. */
export interface Flux1Streams {
  readonly text: Value;
  readonly picture: Value;
}

/** Numbers of an MLP inside, by those of a place. */
const MLP_RATIO = 4;

/** Each stream's own. */
const NAMES = {
  text: { norm: "norm1_context", qkv: ["add_q_proj", "add_k_proj", "add_v_proj"], out: "to_add_out", ff: "ff_context" },
  picture: { norm: "norm1", qkv: ["to_q", "to_k", "to_v"], out: "to_out.0", ff: "ff" },
} as const;

/**
 * Text and picture attend to each other, each by matrices of its own. Keys: norm1.linear attn.(to_q to_k to_v to_out.0 norm_q
 * norm_k) ff.net.(0.proj 2), and for the text norm1_context.linear attn.(add_q_proj add_k_proj add_v_proj to_add_out norm_added_q
 * norm_added_k) ff_context.net.(0.proj 2).
 */
export function flux1DoubleBlock(
  op: Graph,
  w: Weights,
  streams: Flux1Streams,
  { attention, time }: Flux1BlockOptions,
): Flux1Streams {
  const { eps } = attention;
  const width = dimAt(streams.picture, 2);
  const attn = w.at("attn");
  const begun = (part: keyof Flux1Streams) => {
    const { norm, qkv } = NAMES[part];
    const changes = modulationsWithBias(op, w.at(norm).at("linear"), time, [2, width]);
    const x = modulated(op, streams[part], changes[0]!, eps);
    return { changes, qkv: qkv.map((name) => linear(op, attn.at(name), x, width)) as unknown as Qkv };
  };
  const [text, picture] = [begun("text"), begun("picture")];
  const seen = attendJointly(op, attn, { text: text.qkv, picture: picture.qkv }, attention);
  const tokens = dimAt(streams.text, 1);
  const finished = (
    part: keyof Flux1Streams,
    { changes: [first, second] }: ReturnType<typeof begun>,
    range: Parameters<typeof slice>[3],
  ) => {
    const { out, ff } = NAMES[part];
    const h = gated(op, streams[part], linear(op, attn.at(out), slice(op, seen, 1, range), width), first!);
    const net = w.at(ff).at("net");
    const wide = linear(op, net.at(0).at("proj"), modulated(op, h, second!, eps), MLP_RATIO * width);
    return gated(op, h, linear(op, net.at(2), tanhGelu(op, wide), width), second!);
  };
  return {
    text: finished("text", text, [0, tokens]),
    picture: finished("picture", picture, [tokens, seen.dims[1]!]),
  };
}

/**
 * Attention and MLP side by side, for both as one stream x [1, T + S, D]: Dehghani et al. 2023, "Scaling Vision Transformers to
 * 22 Billion Parameters", section 2. Keys: norm.linear attn.(to_q to_k to_v norm_q norm_k) proj_mlp proj_out.
 */
export function flux1SingleBlock(op: Graph, w: Weights, x: Value, { attention, time }: Flux1BlockOptions): Value {
  const width = dimAt(x, 2);
  const [change] = modulationsWithBias(op, w.at("norm").at("linear"), time, [1, width]);
  const n = modulated(op, x, change!, attention.eps);
  const attn = w.at("attn");
  const own = ["to_q", "to_k", "to_v"].map((name) => linear(op, attn.at(name), n, width)) as unknown as Qkv;
  const qkv = normedHeads(op, attn, own, ["norm_q", "norm_k"], attention);
  const seen = op.scope(attn.path, () => attend(op, qkv, attention));
  const wide = tanhGelu(op, linear(op, w.at("proj_mlp"), n, MLP_RATIO * width));
  return gated(op, x, linear(op, w.at("proj_out"), concat(op, [seen, wide], 2), width), change!);
}
