import { elementCount } from "../../../tensor.ts";
import type { Numbers } from "../../files/tensor-data.ts";
import { rowLength } from "../arithmetic.ts";
import type { Scale } from "../change.ts";
import { computed } from "../gains.ts";
import type { Kind } from "./kind.ts";
import { cayley, rotated, type Stage, skewOf } from "./rotation.ts";

/**
 * LyCORIS' OFT and BOFT (KohakuBlueleaf/LyCORIS, lycoris/modules/{diag_oft,boft}.py; kohya-ss/sd-scripts, networks/oft.py),
 * which turn what a layer gives: `oft_blocks` [blocks, b, b] or [stages, blocks, b, b]; or the rotations themselves, as
 * LyCORIS 2 wrote them (`oft_diag`). As there, the add-on's weight moves each stage from the identity to its rotation, and
 * `rescale` [out] counts whole; `alpha` bounds the length of all angles together, times out.
 */
export const LYCORIS_OFT: Kind = {
  name: "OFT",
  marks: ["oft_blocks", "oft_diag"],
  shape: () => undefined,
  readsOwn: true,
  gain: (layer, { dims, read }) => {
    const blocks = layer.optional("oft_blocks") ?? layer.get("oft_diag");
    const [stages, count, size] = (blocks.dims.length === 4 ? blocks.dims : [1, ...blocks.dims]) as [
      number,
      number,
      number,
    ];
    const out = count * size;
    if (blocks.dims.length < 3 || blocks.dims.at(-1) !== size || out === 0 || (read && out !== dims[0]))
      throw layer.misfit(`[${blocks.dims}] where this model has [${dims}]`);
    const rescale = layer.optional("rescale");
    if (rescale && elementCount(rescale.dims) !== out)
      throw layer.misfit(`[${rescale.dims}] where this model has [${dims}]`);
    const bound = layer.number("alpha");
    const butterfly = blocks.dims.length === 4;
    const stagesAt = stagesOf({ blocks, bound, stages, size, out, finished: layer.has("oft_diag"), butterfly });
    return computed([out, rowLength({ dims })], (weight) => {
      const own = read!().data;
      const width = own.length / out;
      let rows: Float64Array = Float64Array.from(own);
      for (const stage of stagesAt(weight)) rows = rotated(rows, width, stage);
      const factors = rescale?.data;
      return Float32Array.from(own, (value, i) => rows[i]! * (factors?.[Math.floor(i / width)] ?? 1) - value);
    });
  },
};

interface Butterfly {
  readonly blocks: Numbers;
  readonly bound: Scale | undefined;
  readonly stages: number;
  readonly size: number;
  readonly out: number;
  readonly finished: boolean;
  readonly butterfly: boolean;
}

/** At a weight of the add-on. */
function stagesOf({ blocks, bound, stages, size, out, finished, butterfly }: Butterfly): (weight: number) => Stage[] {
  let known: Float64Array | undefined;
  // OFT turns by the transposes of BOFT's rotations.
  const read = () => {
    if (finished) return transposes(blocks.data, size);
    const skew = skewOf(blocks.data, size, butterfly ? -1 : 1);
    const length = Math.sqrt(skew.reduce((sum, value) => sum + value * value, 0)) + 1e-8;
    const most = (bound?.() ?? 0) * out;
    return cayley(most > 0 && length > most ? skew.map((value) => (value * most) / length) : skew, size);
  };
  return (weight) => {
    known ??= read();
    const each = known.length / stages;
    return Array.from({ length: stages }, (_, stage) => ({
      size,
      rotations: towards(known!.subarray(stage * each, (stage + 1) * each), size, weight),
      ...(butterfly && { order: butterflyOrder(out, 2 ** stage * Math.floor(size / 2)) }),
    }));
  };
}

const transposes = (squares: Float32Array, size: number): Float64Array =>
  Float64Array.from(squares, (_, at) => {
    const inside = at % size ** 2;
    return squares[at - inside + (inside % size) * size + Math.floor(inside / size)]!;
  });

/** weight · R + (1 − weight) · I. */
const towards = (rotations: Float64Array, size: number, weight: number): Float64Array =>
  rotations.map((value, at) => {
    const inside = at % size ** 2;
    return weight * value + (inside % (size + 1) === 0 ? 1 - weight : 0);
  });

/** Rows (c, g, k) in the order (c, k, g) with g of 2: which row stands at each place. */
const butterflyOrder = (count: number, k: number): Int32Array =>
  Int32Array.from({ length: count }, (_, place) => {
    const c = Math.floor(place / (2 * k));
    const inside = place % (2 * k);
    return (2 * c + (inside % 2)) * k + Math.floor(inside / 2);
  });
