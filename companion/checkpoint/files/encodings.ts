/**
 * Which tensors of a file are another one's encoding: found here once, for any network, before anything is renamed. All are
 * ComfyUI's. Source: https://github.com/Comfy-Org/ComfyUI, comfy/ops.py, `_load_quantized_module`; comfy/utils.py,
 * `convert_old_quants`; comfy/quant_ops.py.
 */
import { isRotation } from "../../graph/hadamard.ts";
import type { WeightEncoding, WeightRef, WeightType } from "../../graph/weights.ts";
import { elementCount } from "../../tensor.ts";
import { tiledLength } from "./codes.ts";
import { layerNotes, type Note, noteIn } from "./layer-notes.ts";
import { canWiden } from "./tensor-data.ts";

type Refs = Map<string, WeightRef>;

/** A network whose weights are scaled float8 was marked with a tensor of this name, before each layer had a note of its own. */
const MARK = /(?:^|\.)scaled_fp8$/;
/** What else a layer has beside its weight. The scale of its input is for multiplying in float8, which is not done here. */
const PART = /^(.*)\.(scale_weight|weight_scale|weight_scale_2|scale_input|input_scale|pre_quant_scale|comfy_quant)$/;

/** Those without which a layer's weight is what it seems. */
const TELLING = ["scale_weight", "weight_scale", "weight_scale_2", "pre_quant_scale", "comfy_quant"];

const isEncoding = (key: string) => MARK.test(key) || PART.test(key);

/** A layer's tensors. */
interface Layer {
  readonly weight: WeightRef | undefined;
  readonly note: Note | undefined;
  part(name: string): WeightRef | undefined;
}

/** The weight as it is to be read; undefined where the layer is not what its format says. */
type Resolve = (layer: Layer) => WeightRef | undefined;

const FLOAT8: ReadonlySet<WeightType> = new Set(["F8_E4M3", "F8_E5M2"]);
const isNumber = (ref: WeightRef | undefined): ref is WeightRef =>
  ref !== undefined && elementCount(ref.dims) === 1 && canWiden(ref);
const withEncoding = (weight: WeightRef, encoding: WeightEncoding): WeightRef => ({ ...weight, encoding });

const scaled: Resolve = ({ weight, part }) => {
  const scale = part("weight_scale") ?? part("scale_weight");
  if (!scale) return weight && FLOAT8.has(weight.type) ? weight : undefined;
  return weight && FLOAT8.has(weight.type) && isNumber(scale)
    ? withEncoding(weight, { kind: "scaled", scale })
    : undefined;
};

const nvfp4: Resolve = ({ weight, part }) => {
  const [tiles, scale] = [part("weight_scale"), part("weight_scale_2")];
  if (weight?.type !== "U8" || weight.dims.length !== 2 || weight.dims[1]! % 8 !== 0 || part("pre_quant_scale"))
    return undefined;
  const [rows, width] = [weight.dims[0]!, 2 * weight.dims[1]!];
  // Some files keep the float8 numbers as bytes.
  const isTiles = tiles && (tiles.type === "F8_E4M3" || tiles.type === "U8");
  if (!isTiles || elementCount(tiles.dims) !== tiledLength(rows, width / 16) || !isNumber(scale)) return undefined;
  const groupScales: WeightRef = { ...tiles, type: "F8_E4M3" };
  return withEncoding({ ...weight, dims: [rows, width] }, { kind: "nvfp4", groupScales, scale, firstRow: 0 });
};

const int8: Resolve = ({ weight, part, note }) => {
  const scale = part("weight_scale");
  if (weight?.type !== "I8" || weight.dims.length !== 2 || !scale || !canWiden(scale)) return undefined;
  const [rows, width] = weight.dims as [number, number];
  const scales = elementCount(scale.dims);
  const perRow = scales === rows && scale.dims[0] === rows;
  if (!perRow && scales !== 1) return undefined;
  const rotation = note!.rotation;
  if (rotation !== undefined && !(isRotation(rotation) && width % rotation === 0)) return undefined;
  return withEncoding(weight, { kind: "int8", scale, ...(rotation !== undefined && { rotation }) });
};

const FORMATS: ReadonlyMap<string, Resolve> = new Map([
  ["float8_e4m3fn", scaled],
  ["float8_e5m2", scaled],
  ["nvfp4", nvfp4],
  ["int8_tensorwise", int8],
]);

/**
 * The tensors that networks ask for, each with its encoding. What a layer's is, its note says (layer-notes.ts), of which
 * `metadata` may hold some; scaled float8 needs none. Where a file has any other encoding too, all tensors are left as they are:
 * what they are then shows by their names.
 */
export function resolveEncodings(refs: Refs, metadata: ReadonlyMap<string, string> = new Map()): Refs {
  const notes = layerNotes(refs, metadata);
  const layers = new Set(notes.keys());
  const resolved: Refs = new Map();
  for (const [key, ref] of refs) {
    const layer = PART.exec(key)?.[1];
    if (layer !== undefined) layers.add(layer);
    else if (!MARK.test(key)) resolved.set(key, ref);
  }
  if (layers.size === 0 && resolved.size === refs.size) return refs;
  for (const layer of layers) {
    const part = (name: string) => refs.get(`${layer}.${name}`);
    const own = part("comfy_quant");
    const note = own ? noteIn(own) : notes.get(layer);
    // Many have the scale of their input alone.
    if (!note && !TELLING.some(part)) continue;
    const resolve = note ? FORMATS.get(note.format) : own ? undefined : scaled;
    const weight = resolve?.({ weight: part("weight"), note, part });
    if (!weight) return refs;
    resolved.set(`${layer}.weight`, weight);
  }
  return resolved;
}

/** A tensor that is another one's encoding, which `resolveEncodings` could not resolve. */
export const strangeEncoding = (keys: readonly string[]): string | undefined => keys.find(isEncoding);
