/** The block of Qwen-Image. Source: diffusers, transformer_qwenimage.py. Streams are as modulation.ts says. */
import { dimAt } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { linear } from "../../graph/layers.ts";
import { scaledDotProductAttention } from "../../graph/lowerings.ts";
import { add, concat, mul, type Rotation, rotaryEmbedding, tanhGelu } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import { normedHeads, type Qkv } from "./joint-attention.ts";
import { gated, type Modulation, modulated, modulatedEach, modulationsWithBias } from "./modulation.ts";

/** Of text and picture. */
export type Both<T> = Readonly<Record<"text" | "picture", T>>;

export interface QwenImageBlockOptions {
  readonly heads: number;
  /** Numbers of a head. */
  readonly size: number;
  readonly eps: number;
  readonly rotation: Both<Rotation>;
  /** The embedded time, after its activation: [1, D]. */
  readonly time: Value;
  /** Rows of the picture that are told another time, [1, D], as pictures to look at are. Absent: none. */
  readonly seen?: SeenRows;
}

export interface SeenRows {
  readonly time: Value;
  /** [1, S, 1]: 1 where a row is one of them, and 0 elsewhere; and the other way round. */
  readonly rows: Value;
  readonly others: Value;
}

/** Numbers of an MLP inside, by those of a place. */
const MLP_RATIO = 4;

/** Each stream's own. */
const NAMES = {
  text: { mod: "txt_mod", qkv: ["add_q_proj", "add_k_proj", "add_v_proj"], out: "to_add_out", mlp: "txt_mlp" },
  picture: { mod: "img_mod", qkv: ["to_q", "to_k", "to_v"], out: "to_out.0", mlp: "img_mlp" },
} as const;
const NORMS = { text: ["norm_added_q", "norm_added_k"], picture: ["norm_q", "norm_k"] } as const;

/**
 * Text [1, T, D] and picture [1, S, D] attend to each other, each by matrices of its own; each for itself, so that nothing has to
 * be parted of which only a run knows how long it is. Keys: img_mod.1 attn.(to_q to_k to_v to_out.0 norm_q norm_k)
 * img_mlp.net.(0.proj 2), and for the text txt_mod.1 attn.(add_q_proj add_k_proj add_v_proj to_add_out norm_added_q norm_added_k)
 * txt_mlp.net.(0.proj 2).
 */
export function qwenImageBlock(
  op: Graph,
  w: Weights,
  streams: Both<Value>,
  options: QwenImageBlockOptions,
): Both<Value> {
  const { heads, eps, rotation, time, seen } = options;
  const width = dimAt(streams.picture, 2);
  const attn = w.at("attn");
  const begun = (part: keyof Both<unknown>) => {
    const { mod, qkv } = NAMES[part];
    const own = modulationsWithBias(op, w.at(mod).at(1), time, [2, width]);
    const told = part === "picture" && seen && modulationsWithBias(op, w.at(mod).at(1), seen.time, [2, width]);
    const changes = told ? own.map((change, i) => byRows(op, change, told[i]!, seen)) : own;
    const modulate = told ? modulatedEach : modulated;
    const x = modulate(op, streams[part], changes[0]!, eps);
    const matrices = qkv.map((name) => linear(op, attn.at(name), x, width)) as unknown as Qkv;
    const [q, k, v] = normedHeads(op, attn, matrices, NORMS[part], options);
    const turned = (value: Value) => rotaryEmbedding(op, value, rotation[part], "neighbours");
    return { changes, modulate, q: turned(q), k: turned(k), v };
  };
  const [text, picture] = [begun("text"), begun("picture")];
  const [k, v] = [concat(op, [text.k, picture.k], 1), concat(op, [text.v, picture.v], 1)];
  const finished = (part: keyof Both<unknown>, { q, changes, modulate }: ReturnType<typeof begun>) => {
    const [first, second] = changes as [Modulation, Modulation];
    const { out, mlp } = NAMES[part];
    const heard = op.scope(`${attn.path}.${part}`, () =>
      scaledDotProductAttention(op, [q, k, v], { heads, mask: "none" }),
    );
    const h = gated(op, streams[part], linear(op, attn.at(out), heard, width), first);
    const net = w.at(mlp).at("net");
    const wide = linear(op, net.at(0).at("proj"), modulate(op, h, second, eps), MLP_RATIO * width);
    return gated(op, h, linear(op, net.at(2), tanhGelu(op, wide), width), second);
  };
  return { text: finished("text", text), picture: finished("picture", picture) };
}

/** Of each row the one or the other, [1, S, D]. */
function byRows(op: Graph, own: Modulation, told: Modulation, { rows, others }: SeenRows): Modulation {
  const chosen = (name: keyof Modulation) => add(op, mul(op, others, own[name]), mul(op, rows, told[name]));
  return { shift: chosen("shift"), scale: chosen("scale"), gate: chosen("gate") };
}
