/** What ComfyUI's files say of how a layer's weight is written: JSON, as a tensor beside the weight or in the file's metadata. */
import { JsonLimitError, parseJson } from "../../../shared/json-text.ts";
import type { WeightRef } from "../../graph/weights.ts";
import { readBytes } from "./tensor-data.ts";

/** Of one layer. */
export interface Note {
  /** As ComfyUI calls it: comfy/quant_ops.py, QUANT_ALGOS. */
  readonly format: string;
  /** Numbers of a row that were rotated together before they were rounded. Absent: none were. */
  readonly rotation?: number;
}

/** Of a tensor that is a note; larger ones are something else. */
const NOTE_BYTES = 4096;
const LIMITS = { depth: 6, values: 200_000 };
/** Notes name layers with or without what stands before the names of a network's tensors. */
const PREFIXES = ["", "model.diffusion_model.", "diffusion_model."];
/** Where a note does not say. Source: comfy/ops.py. */
const ROTATION = 256;

/** The note in a tensor `X.comfy_quant`; undefined where there is none. Throws Problem as `readBytes`. */
export const noteIn = (ref: WeightRef): Note | undefined =>
  ref.byteLength > NOTE_BYTES ? undefined : noteOf(parsed(Buffer.from(readBytes(ref)).toString("utf8")));

/** The notes in a file's metadata, of layers that `refs` has. Source: comfy/utils.py, `convert_old_quants`. */
export function layerNotes(
  refs: ReadonlyMap<string, WeightRef>,
  metadata: ReadonlyMap<string, string>,
): ReadonlyMap<string, Note> {
  const notes = new Map<string, Note>();
  const text = metadata.get("_quantization_metadata");
  if (text === undefined) return notes;
  const said = parsed(text);
  const layers = isRecord(said) && isRecord(said.layers) ? Object.entries(said.layers) : [];
  for (const [layer, value] of layers) {
    const note = noteOf(typeof value === "string" ? { format: value } : value);
    const name = PREFIXES.map((prefix) => prefix + layer).find((each) => refs.has(`${each}.weight`));
    if (note && name !== undefined) notes.set(name, note);
  }
  return notes;
}

function noteOf(value: unknown): Note | undefined {
  if (!isRecord(value) || typeof value.format !== "string") return undefined;
  const more = isRecord(value.params) ? { ...value.params, ...value } : value;
  const size = more.convrot_groupsize ?? ROTATION;
  return {
    format: value.format,
    ...(more.convrot === true && { rotation: typeof size === "number" ? size : Number.NaN }),
  };
}

function parsed(text: string): unknown {
  try {
    return parseJson(text, LIMITS);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof JsonLimitError) return undefined;
    throw error;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
