import { elementCount } from "../../../tensor.ts";
import { deferred, redimensioned } from "../../files/deferred-numbers.ts";
import type { Numbers } from "../../files/tensor-data.ts";
import { hadamard, multiply, sum, times } from "../arithmetic.ts";
import type { Base, Gain } from "../change.ts";
import type { Part } from "../keys.ts";
import type { LayerReader } from "../layer-reader.ts";
import type { Kind } from "./kind.ts";

type Path = "A" | "B" | "C" | "D" | "E";

/**
 * GLoRA as peft writes it (peft, tuners/glora/layer.py, `merge`; linear layers only): the weight W gains W∘A + B, the bias b
 * gains b∘D + E + W·C, each a product of two matrices, a vector, a number or nothing.
 */
export const PEFT_GLORA: Kind = {
  name: "GLoRA",
  marks: (["A", "B", "C", "D", "E"] as const).flatMap((path) => [
    `glora_${path}_Xd` as const,
    `glora_${path}_X` as const,
    `glora_${path}_zeros` as const,
  ]),
  readsOwn: true,
  shape: (layer) => {
    const first = (...parts: Part[]) => parts.map((part) => layer.dims(part)).find((dims) => dims !== undefined);
    const out = first("glora_A_Xd", "glora_B_Xd", "glora_A_zeros", "glora_D_zeros", "glora_D_X");
    const inner = first("glora_A_Xu", "glora_B_Xu")?.[1] ?? first("glora_C_zeros", "glora_C_X", "glora_C_Xd")?.[0];
    return [out?.[0] ?? 1, inner ?? 1];
  },
  gain: (layer, base): Gain => {
    const [out, inner] = base.dims as [number, number];
    const path = (name: Path, dims: readonly number[]) => pathOf(layer, name, base.read && dims);
    if (base.dims.length !== 2) throw layer.misfit(`a matrix is meant where this model has [${base.dims}]`);
    const [a, b] = [path("A", [out, inner]), path("B", [out, inner])];
    const [c, d, e] = [path("C", [inner, 1]), path("D", [out, 1]), path("E", [out, 1])];
    const added = b && (b.factors ?? broadcast(b.numbers, [out, inner]));
    const gains = biasGains(base, { c: c?.numbers, d: d?.numbers, e: e?.numbers });
    return {
      scale: () => 1,
      whole: () =>
        deferred([out, inner], () => {
          const [own, factors, more] = [base.read!().data, a?.numbers, added && multiply(added.up, added.down).data];
          const [rows, columns] = factors?.dims ?? [1, 1];
          return own.map((value, i) => {
            const [row, column] = [Math.floor(i / inner) % rows!, (i % inner) % columns!];
            return value * (factors?.data[row * columns! + column] ?? 0) + (more?.[i] ?? 0);
          });
        }),
      at: (weight) => ({
        ...(added && { lowRank: { ...added, strength: weight } }),
        ...(a && { stretch: times(a.numbers, weight) }),
        ...(gains && { bias: times(gains, weight) }),
      }),
    };
  },
};

interface Term {
  /** [rows, columns], each as wanted or 1. */
  readonly numbers: Numbers;
  readonly factors?: { readonly up: Numbers; readonly down: Numbers };
}

/** Throws Problem "adapter-mismatch" where its dims are not `wanted`; absent: they are not known. */
function pathOf(layer: LayerReader, path: Path, wanted: readonly number[] | undefined): Term | undefined {
  // Of a path that is not there peft writes zeros.
  layer.optional(`glora_${path}_zeros`);
  const up = layer.optional(`glora_${path}_Xd`);
  if (up) {
    const down = layer.get(`glora_${path}_Xu`);
    const numbers = multiply(up, down);
    if (wanted && numbers.dims.join() !== wanted.join())
      throw layer.misfit(`[${numbers.dims}] where this model has [${wanted}]`);
    return { numbers, factors: { up, down } };
  }
  const own = layer.optional(`glora_${path}_X`);
  if (!own) return undefined;
  const count = elementCount(own.dims);
  if (wanted && count !== 1 && count !== wanted[0])
    throw layer.misfit(`[${own.dims}] where this model has [${wanted}]`);
  return { numbers: redimensioned(own, [count, 1]) };
}

/** A column, or a number, as a matrix of these dims. */
function broadcast(column: Numbers, [out, inner]: readonly [number, number]) {
  const up = deferred([out, 1], () => Float32Array.from({ length: out }, (_, i) => column.data[i % column.dims[0]!]!));
  return { up, down: deferred([1, inner], () => new Float32Array(inner).fill(1)) };
}

type BiasTerms = Readonly<Record<"c" | "d" | "e", Numbers | undefined>>;

/** b∘D + E + W·C [out]; undefined where there is nothing of it, or the layer has no bias, which peft then gives none. */
function biasGains({ dims, read, readBias }: Base, { c, d, e }: BiasTerms): Numbers | undefined {
  const [out, inner] = dims as [number, number];
  if (!(c || d || e) || (read && !readBias)) return undefined;
  const spread = (numbers: Numbers, count: number) =>
    deferred([count, 1], () => Float32Array.from({ length: count }, (_, i) => numbers.data[i % numbers.dims[0]!]!));
  const terms = [
    ...(d
      ? [
          hadamard(
            deferred([out, 1], () => readBias!().data),
            spread(d, out),
          ),
        ]
      : []),
    ...(e ? [spread(e, out)] : []),
    ...(c
      ? [
          multiply(
            deferred(dims, () => read!().data),
            spread(c, inner),
          ),
        ]
      : []),
  ];
  return redimensioned(sum(terms), [out]);
}
