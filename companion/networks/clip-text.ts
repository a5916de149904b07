/** CLIPTextModel and CLIPTextModelWithProjection of transformers: Radford et al. 2021, section 2.4. */
import type { Dialect } from "../graph/dialect.ts";
import { fixedDims } from "../graph/dim.ts";
import { type BranchAt, Graph, type Value } from "../graph/graph.ts";
import { embedding, layerNorm, linearNoBias, weight } from "../graph/layers.ts";
import { add, argMax, cast, concat, floats, gather, matMul, reshape } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { clipLayers } from "./blocks/clip-layer.ts";
import type { ClipTextConfig } from "./configs.ts";

export interface ClipTextOptions {
  readonly dialect: Dialect;
  /** Which of transformers' `hidden_states` to give out, negative ones from the end. */
  readonly hiddenStates?: readonly number[];
  /** New words: ids from vocab_size on stand for the rows of the input `new_words` [newWords, D]. */
  readonly newWords?: number;
  /** What is added beside the layers. */
  readonly branchAt?: BranchAt;
  /** One of `hidden_states` to give out as `final_norm` after final_layer_norm: how Stable Diffusion 1 skips layers. */
  readonly finalNormOf?: number;
}

/** Published configurations carry this id by mistake; transformers then takes the largest id for the end token. */
const MISTAKEN_EOS = 2;

/**
 * `input_ids` int64 [B, T] → `last_hidden_state` [B, T, D] (after final_layer_norm), `pooled` [B, D or P] (its row at the
 * end token, projected where config.with_projection), and by option `hidden_states.K` and `final_norm` [B, T, D].
 */
export function clipTextGraph(
  config: ClipTextConfig,
  weights: Weights,
  { batch, tokens }: { readonly batch: number; readonly tokens: number },
  { dialect, branchAt, hiddenStates = [], finalNormOf, newWords = 0 }: ClipTextOptions,
): Graph {
  const op = new Graph({ dialect, branchAt });
  const { hidden_size: width } = config;
  const ids = op.input("input_ids", { type: "int64", dims: [batch, tokens] });
  const w = weights.has("text_model.final_layer_norm.weight") ? weights.at("text_model") : weights;
  const embeddings = w.at("embeddings");
  const words = gather(op, vocabulary(op, embeddings.at("token_embedding"), [config.vocab_size, newWords, width]), ids);
  const x = add(op, words, positions(op, embeddings, [config.max_position_embeddings, tokens, width]));
  const states = clipLayers(op, w.at("encoder"), x, config, "causal");
  const finalNorm = (value: Value) => layerNorm(op, w.at("final_layer_norm"), value, config.layer_norm_eps);
  const last = finalNorm(states.at(-1)!);

  const give = (name: string, value: Value) => op.output(name, cast(op, value, "float32"));
  const state = (k: number) => states.at(k) ?? op.fail(`Cannot take hidden state ${k} of ${states.length}`);
  give("last_hidden_state", last);
  for (const k of hiddenStates) give(`hidden_states.${k}`, state(k));
  if (finalNormOf !== undefined) give("final_norm", finalNorm(state(finalNormOf)));
  const pooled = rowAtEnd(op, [last, ids], { ...config, vocab_size: config.vocab_size + newWords });
  give(
    "pooled",
    config.with_projection ? linearNoBias(op, weights.at("text_projection"), pooled, config.projection_dim) : pooled,
  );
  return op;
}

/** The vectors of all words, [known + added, D]: the model's own, then the input `new_words`. */
function vocabulary(op: Graph, w: Weights, [known, added, width]: readonly [number, number, number]): Value {
  const own = op.scope(w.path, () => weight(op, w, "weight", [known, width]));
  if (added === 0) return own;
  return concat(op, [own, cast(op, op.input("new_words", { type: "float32", dims: [added, width] }), op.float)], 0);
}

/** The first `tokens` rows of the position table, [tokens, D]. */
function positions(op: Graph, w: Weights, [count, tokens, width]: readonly [number, number, number]): Value {
  if (tokens > count) op.fail(`Cannot encode ${tokens} tokens with ${count} positions`);
  const ids = op.constant({
    type: "int64",
    dims: [tokens],
    data: BigInt64Array.from({ length: tokens }, (_, i) => BigInt(i)),
  });
  return embedding(op, w.at("position_embedding"), ids, [count, width]);
}

/**
 * x [B, T, D] at each text's first end token → [B, D]. By tables and a one-hot product: exact, and without arithmetic on
 * int64, which WebGPU lacks.
 */
function rowAtEnd(op: Graph, [x, ids]: readonly [Value, Value], { vocab_size, eos_token_id }: ClipTextConfig): Value {
  const [batch, tokens, width] = fixedDims(x.dims) as [number, number, number];
  const markOf = (id: number) => (eos_token_id === MISTAKEN_EOS ? id : Number(id === eos_token_id));
  const marks = Float32Array.from({ length: vocab_size }, (_, id) => markOf(id));
  const at = argMax(op, gather(op, op.constant({ type: "float32", dims: [vocab_size], data: marks }), ids)); // [B, 1]
  const identity = Float32Array.from({ length: tokens ** 2 }, (_, i) => Number(i % (tokens + 1) === 0));
  const oneHot = gather(op, floats(op, identity, [tokens, tokens]), at); // [B, 1, T]
  return reshape(op, matMul(op, oneHot, x), [batch, width]);
}
