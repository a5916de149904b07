/**
 * ControlNets of Z-Image ("Fun ControlNet Union"): blocks beside the transformer's own, which read the followed picture's latent.
 * Source: diffusers, models/controlnets/controlnet_z_image.py; trained with VideoX-Fun, models/z_image_transformer2d_control.py.
 *
 * The two differ where a ControlNet has something for the refiner, too. VideoX-Fun adds that to the picture as the transformer goes on
 * with it; diffusers, which has the ControlNet refine the picture once more for itself, adds it to that copy alone. Here it is as in
 * diffusers.
 */
import type { Graph, Value } from "../graph/graph.ts";
import { linear, linearNoBias, weight } from "../graph/layers.ts";
import { add, cast, concat, mul, type Rotation, scalar } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { zImageBlock } from "./blocks/z-image-block.ts";
import type { ZImageControlConfig } from "./configs.ts";

/** A ControlNet to build into the transformer's graph. */
export interface ZImageControlBranch {
  readonly config: ZImageControlConfig;
  readonly weights: Weights;
}

/** What it takes of the transformer. Streams [1, …, dim], float32. */
export interface ZImageAround {
  /** The embedded time [1, size]. */
  readonly time: Value;
  /** Of the picture's places, and of those and the text's tokens. */
  readonly rotation: { readonly picture: Rotation; readonly both: Rotation };
  /** The picture before the refiner and behind it, the text behind its own. */
  readonly embedded: Value;
  readonly refined: Value;
  readonly text: Value;
  /** The learned token in the place of rows of padding. */
  padded(x: Value): Value;
  /** The transformer's own refiner; `behind`: what becomes of what its block `i` gives. */
  refine(x: Value, behind: (i: number, x: Value) => Value): Value;
}

/** What is added behind each of the transformer's layers, by their numbers, [1, S + T, dim], float32. */
export type ZImageHints = ReadonlyMap<number, Value>;

/** By how much a stream is made smaller where it is read in float16, which does not hold a trained one. */
const SMALLER = 2 ** 6;

/**
 * Inputs of the graph, float32: `control` [1, S, 4 · control_in_dim], cells as the latent's; `control_scale` [1], what all of it is
 * multiplied by. Keys: control_all_x_embedder.2-1, control_noise_refiner.N and control_layers.N (a block of Z-Image; the first has
 * before_proj, and all after_proj, but for a refiner that only reads the picture).
 */
export function zImageControlHints(
  op: Graph,
  { config, weights: w }: ZImageControlBranch,
  around: ZImageAround,
): ZImageHints {
  const { control_layers_places: places, control_refiner_layers_places: refined } = config;
  const { time, embedded, rotation } = around;
  const rows = op.input("control", {
    type: "float32",
    dims: [1, embedded.dims[1]!, CELL_PLACES * config.control_in_dim],
  });
  const scale = op.input("control_scale", { type: "float32", dims: [1] });
  const embed = w.at("control_all_x_embedder").at("2-1");
  const seen = around.padded(cast(op, linear(op, embed, cast(op, rows, op.float), config.dim), "float32"));
  const layers = listed(w.at("control_layers"), places.length);
  const scaled = (all: readonly Value[], at: readonly number[]): ZImageHints =>
    new Map(at.map((place, i) => [place, mul(op, all[i]!, scale)]));

  const refining = refinerOf({ config, weights: w }, layers);
  let [own, control] = [around.refined, seen];
  if (refining.hints) {
    const found = chained(op, refining.blocks, [seen, embedded], { config, rotation: rotation.picture, time });
    const hints = scaled(found.hints, refined);
    own = around.refine(embedded, (i, x) => (hints.has(i) ? add(op, x, hints.get(i)!) : x));
    control = found.last;
  } else
    for (const block of refining.blocks)
      control = zImageBlock(op, block, control, { config, rotation: rotation.picture, time });
  const [both, controlled] = [own, control].map((x) => concat(op, [x, around.text], 1)) as [Value, Value];
  return scaled(chained(op, layers, [controlled, both], { config, rotation: rotation.both, time }).hints, places);
}

/** Places of the latent that are read as one. */
const CELL_PLACES = 4;

const listed = (w: Weights, count: number): Weights[] => Array.from({ length: count }, (_, i) => w.at(i));

interface Refiner {
  readonly blocks: readonly Weights[];
  /** Whether they give something to the transformer's refiner. */
  readonly hints: boolean;
}

/** The blocks of 2.0 are those of all layers, which it was trained with by mistake; 2.1 has its own. */
function refinerOf({ config, weights }: ZImageControlBranch, layers: readonly Weights[]): Refiner {
  if (config.add_control_noise_refiner === "control_layers") return { blocks: layers, hints: true };
  const own = listed(weights.at("control_noise_refiner"), config.n_refiner_layers);
  return { blocks: own, hints: config.add_control_noise_refiner !== null };
}

type BlockOptions = Required<Parameters<typeof zImageBlock>[3]>;

/** Blocks one after the other, of which each gives something: [what they read, what they are beside], [1, S, dim] each. */
function chained(
  op: Graph,
  blocks: readonly Weights[],
  [control, beside]: readonly [Value, Value],
  options: BlockOptions,
): { readonly hints: readonly Value[]; readonly last: Value } {
  const { dim: width } = options.config;
  let last = add(op, projected(op, blocks[0]!.at("before_proj"), control, width), beside);
  const hints = blocks.map((w) => {
    last = zImageBlock(op, w, last, options);
    return projected(op, w.at("after_proj"), last, width);
  });
  return { hints, last };
}

/** A stream through a linear layer, float32. Keys: weight, bias. */
function projected(op: Graph, w: Weights, x: Value, width: number): Value {
  if (op.float === "float32") return linear(op, w, x, width);
  const small = cast(op, mul(op, x, scalar(op, 1 / SMALLER, "float32")), op.float);
  const large = mul(op, cast(op, linearNoBias(op, w, small, width), "float32"), scalar(op, SMALLER, "float32"));
  return add(op, large, cast(op, weight(op, w, "bias", [width]), "float32"));
}
