/** What the tensors of one layer mean. */
import { padded, rowLength, times } from "./arithmetic.ts";
import type { Base, Change, Gain } from "./change.ts";
import { difference, lowRank } from "./gains.ts";
import { DIFFERENCE } from "./kinds/difference.ts";
import { GLORA } from "./kinds/glora.ts";
import type { Kind } from "./kinds/kind.ts";
import { LOHA } from "./kinds/loha.ts";
import { LOKR } from "./kinds/lokr.ts";
import { LOW_RANK } from "./kinds/low-rank.ts";
import { LYCORIS_OFT } from "./kinds/lycoris-oft.ts";
import { PEFT_BOFT } from "./kinds/peft-boft.ts";
import { PEFT_GLORA } from "./kinds/peft-glora.ts";
import { PEFT_OFT } from "./kinds/peft-oft.ts";
import { LayerReader } from "./layer-reader.ts";
import { alongOf, withLengths } from "./lengths.ts";
import type { LayerParts } from "./lora-file.ts";
import { normChange } from "./norm.ts";
import type { OftSettings } from "./peft-settings.ts";

const KINDS: readonly Kind[] = [LOW_RANK, LOHA, LOKR, DIFFERENCE, GLORA, LYCORIS_OFT, PEFT_OFT, PEFT_BOFT, PEFT_GLORA];

export interface LayerOptions {
  /** The layer that is changed; absent where there is no model: then its tensors are judged by each other. */
  readonly base?: Base;
  /** Channels of the latent, where this layer reads the latent first and more behind it. */
  readonly latentChannels?: number;
  /** What the header says of its strength at a rank. */
  readonly scaleOf: (rank: number) => number | undefined;
  readonly oft: OftSettings;
  /** The file's name. */
  readonly origin: string;
}

/**
 * A layer's change, planned by the dims and number types of its tensors alone: no weight is read before `Change.at`. Throws
 * Problem "adapter-mismatch" where a shape does not fit, "weights-leftover", "weights-missing", "model-unsupported" (number
 * types).
 */
export function planLayer(parts: LayerParts, options: LayerOptions): Change {
  const layer = new LayerReader(parts, options);
  try {
    const kind = KINDS.find(({ marks }) => marks.some((part) => layer.has(part)));
    const base = options.base ?? { dims: shapeIn(layer, kind) };
    const change = base.dims.length === 1 ? normChange(layer, base) : matrixChange(layer, kind, { ...options, base });
    layer.finish(kind?.name ?? "norm");
    return change;
  } catch (error) {
    if (error instanceof RangeError) throw layer.misfit(error.message);
    throw error;
  }
}

/** What the file's own tensors tell of the layer's dims. */
const shapeIn = (layer: LayerReader, kind: Kind | undefined): readonly number[] =>
  kind?.shape(layer) ?? layer.dims("w_norm") ?? layer.dims("b_norm") ?? layer.dims("diff_b") ?? [];

interface MatrixOptions extends LayerOptions {
  readonly base: Base;
}

function matrixChange(layer: LayerReader, kind: Kind | undefined, options: MatrixOptions): Change {
  const weights = kind ? weightChange(layer, kind, options) : { at: () => ({}) };
  const own = layer.optional("diff_b");
  if (!own) return weights;
  const out = options.base.dims[0]!;
  const bias = layer.fit(own, [out]);
  return { at: (weight) => ({ ...weights.at(weight), bias: times(bias, weight) }) };
}

function weightChange(layer: LayerReader, kind: Kind, { base, latentChannels }: MatrixOptions): Change {
  const shape = kind.shape(layer);
  const [out, , ...kernel] = base.dims;
  const narrow = latentChannels === undefined ? [] : [out!, latentChannels, ...kernel];
  const magnitude = kind === LOW_RANK ? layer.optional("magnitude") : undefined;
  const lengths = magnitude ?? layer.optional("dora_scale");
  // A change of what reads the latent alone leaves the further channels as they are (A1111, networks.py, `zero pad updown`).
  if (shape && latentChannels !== undefined && rowLength({ dims: shape }) === rowLength({ dims: narrow })) {
    if (lengths || kind.readsOwn)
      throw layer.misfit(`made of ${latentChannels} channels, where this model has ${base.dims[1]}`);
    return widened(kind.gain(layer, { dims: narrow }), rowLength(base));
  }
  const gain = kind.gain(layer, base);
  if (!lengths) return gain;
  const along = magnitude ? "rows" : alongOf(lengths);
  return withLengths(gain, { lengths, along, weighs: magnitude ? "step" : "change" }, base);
}

/** A gain of the first inputs of a layer, which leaves the further ones as they are. */
function widened({ whole, factors, scale }: Gain, width: number): Gain {
  return factors ? lowRank(padded(factors.down, width), factors.up, scale) : difference(padded(whole(), width), scale);
}
