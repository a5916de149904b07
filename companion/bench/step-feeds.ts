import { fixedDims } from "../graph/dim.ts";
import type { Graph } from "../graph/graph.ts";
import { stack } from "../pipeline/tensors.ts";
import { createGenerator } from "../random/generator.ts";
import { elementCount, type Tensor, tensor } from "../tensor.ts";

/** Of a guided step: what is unwanted, and what is asked for. */
export const GUIDED = 2;
/** In the middle of the way from noise to picture. */
export const TIMESTEP = 500;

/** The same for each of `count` runs. */
const alike = (row: Tensor, count: number): Tensor => stack(Array.from({ length: count }, () => row));

/** What one guided step of a UNet reads: normal numbers, the latent the same for both runs, but for the time, and for the sizes that Stable Diffusion XL is told. */
export function stepFeeds(
  { inputs, freeInputs }: Pick<Graph, "inputs" | "freeInputs">,
  nativeSize: number,
): Record<string, Tensor> {
  const { randn } = createGenerator(1);
  const told: Partial<Readonly<Record<string, (i: number) => number>>> = {
    timestep: () => TIMESTEP,
    // Height and width, the corner that was cut, height and width again.
    time_ids: (i) => [nativeSize, nativeSize, 0, 0, nativeSize, nativeSize][i % 6]!,
  };
  return Object.fromEntries(
    inputs
      .filter(({ name }) => !freeInputs.has(name))
      .map(({ name, dims: symbols }) => {
        const dims = fixedDims(symbols);
        const at = told[name];
        if (name === "sample") return [name, alike(randn([1, ...dims.slice(1)]), dims[0]!)];
        if (at === undefined) return [name, randn(dims)];
        return [
          name,
          tensor(
            Float32Array.from({ length: elementCount(dims) }, (_, i) => at(i)),
            dims,
          ),
        ];
      }),
  );
}
