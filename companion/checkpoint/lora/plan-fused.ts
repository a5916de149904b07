/** A change of several layers at once: of one matrix that a model has in equal parts, as queries, keys and values. */
import { elementCount } from "../../tensor.ts";
import { deferred } from "../files/deferred-numbers.ts";
import type { Numbers } from "../files/tensor-data.ts";
import type { Base, Change } from "./change.ts";
import { LayerReader } from "./layer-reader.ts";
import type { LayerParts } from "./lora-file.ts";
import { type LayerOptions, planLayer } from "./plan-layer.ts";

interface FusedOptions extends Omit<LayerOptions, "base"> {
  /** Of the layers, in the order of their rows. */
  readonly bases: readonly Base[];
}

/**
 * Each layer's own change, by its path: its rows of what the whole gains. Throws as `planLayer`, and Problem "adapter-mismatch"
 * for kinds whose rows do not come apart (LoHa, LoKr, DoRA).
 */
export function planFused(
  parts: LayerParts,
  paths: readonly string[],
  { bases, ...options }: FusedOptions,
): [string, Change][] {
  const [out, ...inner] = bases[0]!.dims;
  const layer = new LayerReader(parts, options);
  const plain = ["down", "up", "alpha", "diff_b"];
  const strange = [...parts.keys()].find((part) => !plain.includes(part));
  if (strange || !layer.has("down"))
    throw layer.misfit(
      `of a kind ("${strange ?? "diff_b"}") that cannot be taken apart for the layers that this model has instead`,
    );
  const whole = planLayer(parts, { ...options, base: { dims: [out! * paths.length, ...inner] } });
  return paths.map((path, i) => [path, rowsOf(whole, [i * out!, (i + 1) * out!])]);
}

function rowsOf(whole: Change, range: readonly [number, number]): Change {
  // The same numbers each time, so that what is made of them can be kept.
  const known = new WeakMap<Numbers, Numbers>();
  const slice = (numbers: Numbers): Numbers => {
    const own = known.get(numbers) ?? sliced(numbers, range);
    known.set(numbers, own);
    return own;
  };
  return {
    at: (weight) => {
      const { lowRank, bias } = whole.at(weight);
      return {
        ...(lowRank && { lowRank: { ...lowRank, up: slice(lowRank.up) } }),
        ...(bias && { bias: sliced(bias, range) }),
      };
    },
  };
}

function sliced(numbers: Numbers, [begin, end]: readonly [number, number]): Numbers {
  const width = elementCount(numbers.dims.slice(1));
  return deferred([end - begin, ...numbers.dims.slice(1)], () => numbers.data.slice(begin * width, end * width));
}
