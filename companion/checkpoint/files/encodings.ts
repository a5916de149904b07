/** Which tensors of a file are another one's encoding: found here once, for any network, before anything is renamed. */
import type { WeightRef, WeightType } from "../../graph/weights.ts";
import { elementCount } from "../../tensor.ts";
import { canWiden, readBytes } from "./tensor-data.ts";

type Refs = Map<string, WeightRef>;

/** ComfyUI marked a network whose weights are scaled float8 with a tensor of this name. */
const MARK = /(?:^|\.)scaled_fp8$/;
const SCALE = /^(.*)\.(?:scale_weight|weight_scale)$/;
/** What ComfyUI scales a layer's input by where it multiplies in float8, which is not done here. */
const INPUT_SCALE = /\.(?:scale_input|input_scale)$/;
/** How ComfyUI says since then, layer by layer, what the weight is: JSON as bytes. */
const FORMAT = /\.comfy_quant$/;

const isEncoding = (key: string) => [MARK, SCALE, INPUT_SCALE, FORMAT].some((pattern) => pattern.test(key));

const FLOAT8: ReadonlySet<WeightType> = new Set(["F8_E4M3", "F8_E5M2"]);
const FORMATS: ReadonlySet<unknown> = new Set(["float8_e4m3fn", "float8_e5m2"]);
/** Of what says a format; larger ones say something else. */
const FORMAT_BYTES = 4096;

/**
 * The tensors that networks ask for, each with its encoding: `X.scale_weight` (ComfyUI's older layout, marked `scaled_fp8`) or
 * `X.weight_scale` (its newer one, with `X.comfy_quant`; ComfyUI, comfy/utils.py, `convert_old_quants`), one number, becomes the
 * scale of the float8 `X.weight`. Where a file has any other encoding too, all tensors are left as they are: what they are
 * then shows by their names.
 */
export function resolveEncodings(refs: Refs): Refs {
  const marks = [...refs.keys()].filter(isEncoding);
  if (marks.length === 0) return refs;
  const resolved: Refs = new Map([...refs].filter(([key]) => !isEncoding(key)));
  for (const key of marks) {
    const ref = refs.get(key)!;
    if (FORMAT.test(key) && !FORMATS.has(formatIn(ref))) return refs;
    const layer = SCALE.exec(key)?.[1];
    if (layer === undefined) continue;
    const weight = resolved.get(`${layer}.weight`);
    if (!weight || !FLOAT8.has(weight.type) || elementCount(ref.dims) !== 1 || !canWiden(ref)) return refs;
    resolved.set(`${layer}.weight`, { ...weight, encoding: { kind: "scaled", scale: ref } });
  }
  return resolved;
}

/** A tensor that is another one's encoding, which `resolveEncodings` could not resolve. */
export const strangeEncoding = (keys: readonly string[]): string | undefined => keys.find(isEncoding);

function formatIn(ref: WeightRef): unknown {
  if (ref.byteLength > FORMAT_BYTES) return undefined;
  try {
    return JSON.parse(Buffer.from(readBytes(ref)).toString("utf8")).format;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}
