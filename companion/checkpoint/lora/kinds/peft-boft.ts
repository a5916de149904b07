import { elementCount } from "../../../tensor.ts";
import { rowLength } from "../arithmetic.ts";
import { computed } from "../gains.ts";
import type { Kind } from "./kind.ts";
import { cayley, rotated, type Stage, skewOf, turned } from "./rotation.ts";

/**
 * peft's BOFT (peft, tuners/boft/layer.py, `get_delta_weight`, `merge`), which turns what a layer reads and stretches what it
 * gives: `boft_R` [stages, blocks, b, b], `boft_s` [out, 1] or [1, out]. peft knows no weight of it: here the weight moves the
 * layer from its own weight to the new one.
 */
export const PEFT_BOFT: Kind = {
  name: "BOFT",
  marks: ["boft_R", "boft_s"],
  shape: () => undefined,
  readsOwn: true,
  gain: (layer, { dims, read }) => {
    const [squares, stretch] = [layer.get("boft_R"), layer.get("boft_s")];
    const [stages, count, size] = squares.dims as [number, number, number];
    const width = rowLength({ dims });
    const out = elementCount(stretch.dims);
    const whole = squares.dims.length === 4 && squares.dims[3] === size && stages > 0;
    // Blocks of an odd size, or of which there are too few, have no halves to change places.
    const folds = stages === 1 || (size % 2 === 0 && count % 2 ** (stages - 1) === 0);
    if (!whole || !folds || (read && (count * size !== width || out !== dims[0])))
      throw layer.misfit(`[${squares.dims}] and [${stretch.dims}] where this model has [${dims}]`);
    return computed([out, width], (weight) => {
      const own = read!().data;
      const all = cayley(skewOf(squares.data, size, 0.5), size);
      let columns = turned(own, width);
      for (let stage = 0; stage < stages; stage++) {
        const each = all.length / stages;
        const rotations = all.subarray(stage * each, (stage + 1) * each);
        columns = rotated(columns, out, { ...{ rotations, size }, ...orderOf({ stages, stage, count, size }) });
      }
      const [rows, lengths] = [turned(columns, out), stretch.data];
      return Float32Array.from(own, (value, i) => weight * (rows[i]! * lengths[Math.floor(i / width)]! - value));
    });
  },
};

interface Place {
  readonly stages: number;
  readonly stage: number;
  readonly count: number;
  readonly size: number;
}

/** `block_butterfly_perm`: in each group of blocks, halves at even places before those at odd ones. */
function orderOf({ stages, stage, count, size }: Place): Pick<Stage, "order"> {
  if (stages === 1) return {};
  const half = size / 2;
  const group = size * 2 ** stage;
  const halves = group / half;
  const order = new Int32Array(count * size);
  for (let row = 0; row < order.length; row++) {
    const [start, inside] = [row - (row % group), row % group];
    const place = Math.floor(inside / half);
    const from = place < halves / 2 ? 2 * place : 2 * place - halves + 1;
    // The row goes to where its half came from, and comes back from there.
    order[start + from * half + (inside % half)] = row;
  }
  return { order };
}
