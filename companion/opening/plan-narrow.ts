/** A network's weights in few bits: which, and where they will lie. */
import { codedOf, layoutOf } from "../graph/coded.ts";
import { DIALECTS } from "../graph/dialect.ts";
import type { QuantizedLayer, Quantizer } from "../graph/graph.ts";
import { BLOCK, blockedMatrix, type NarrowMatrix, type NumberFormat, type PlacePart } from "../graph/quantize.ts";
import { channelMatrix } from "../graph/quantize-channels.ts";
import { codedMatrix } from "../graph/repack.ts";
import { type WeightRef, Weights } from "../graph/weights.ts";
import type { IntegerRules, Network } from "./network.ts";

/** Maps are by pages. */
const ALIGNMENT = 64;

const WIDE: ReadonlySet<WeightRef["type"]> = new Set(["F64", "F32", "F16", "BF16"]);

const ALL: IntegerRules = { sensitive: [], ranges: "whole" };

/**
 * Numbers of a row that are turned together: as few as spread the largest ones well enough, because turning them costs as much
 * again as a product with so many outputs. Powers of 4, and their first that rows are whole multiples of.
 */
const ROTATIONS = [64, 16, 4];
const rotationOf = (inner: number): number | undefined => ROTATIONS.find((size) => inner % size === 0);

/** A weight, and where its narrow form lies. */
export interface NarrowPart {
  readonly ref: WeightRef;
  readonly dims: readonly [out: number, inner: number];
  readonly layer: QuantizedLayer;
  readonly narrow: NarrowMatrix;
}

/** What is narrowed, and where it lies in a file. */
export interface NarrowPlan {
  readonly parts: readonly NarrowPart[];
  readonly bytes: number;
  readonly quantizer: Quantizer;
}

/**
 * Bits: matrices get so many, kernels of convolutions 8 where their rows are whole blocks. "int8": both get 8, by columns, but
 * for the network's sensitive layers. What the file keeps narrow stays otherwise: coded matrices keep their
 * numbers, in the form that can be multiplied by. Without a format nothing else is touched.
 */
export function planNarrow(
  { weights, integers: { sensitive, ranges } = ALL, build }: Network,
  format: NumberFormat | undefined,
  file: string,
): NarrowPlan {
  const parts = new Map<string, NarrowPart>();
  let end = 0;
  const place: PlacePart = (key, type, dims) => {
    const offset = end;
    const byteLength = count(dims) * (type === "F32" ? 4 : 1);
    end = Math.ceil((offset + byteLength) / ALIGNMENT) * ALIGNMENT;
    return { key, type, dims, file, offset, byteLength };
  };
  const keyOf = (ref: WeightRef, { phase }: QuantizedLayer) =>
    `${ref.file}:${ref.offset}:${ref.byteLength}:${phase ?? "whole"}`;
  const narrowed: Quantizer = (ref, dims, { path, kind, phase }) => {
    const at: PlacePart = (name, type, shape) =>
      place([ref.key, ...(phase === undefined ? [] : [phase]), name].join("/"), type, shape);
    const wide = WIDE.has(ref.type) && !ref.encoding;
    const coded = codedOf(ref);
    if (format === "int8" && (wide || coded) && !sensitive.some((layers) => layers.test(path)))
      return channelMatrix(dims, at, ranges === "rows" ? rotationOf(dims[1]) : undefined);
    if (coded) return codedMatrix(layoutOf(coded), dims, at);
    if (format === undefined || format === "int8" || !wide) return undefined;
    if (kind === "linear") return blockedMatrix(dims, format, at);
    return dims[1] % BLOCK === 0 ? blockedMatrix(dims, 8, at) : undefined;
  };
  const collect: Quantizer = (ref, dims, layer) => {
    const known = parts.get(keyOf(ref, layer));
    if (known) return known.narrow;
    const narrow = narrowed(ref, dims, layer);
    if (narrow) parts.set(keyOf(ref, layer), { ref, dims, layer, narrow });
    return narrow;
  };
  build(new Weights(weights), { dialect: DIALECTS.cpu, quantizer: collect });
  return { parts: [...parts.values()], bytes: end, quantizer: (ref, _, layer) => parts.get(keyOf(ref, layer))?.narrow };
}

/** Whether a file keeps weights as codes, which have to be rearranged to be multiplied by. */
export function hasCodes({ weights }: Pick<Network, "weights">): boolean {
  for (const key of weights.keys()) if (codedOf(weights.find(key)!)) return true;
  return false;
}

const count = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);
