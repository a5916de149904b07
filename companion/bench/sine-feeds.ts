import { fixedDims } from "../graph/dim.ts";
import type { Graph } from "../graph/graph.ts";
import { elementCount, type Tensor, tensor } from "../tensor.ts";

/** Something for every float32 input that a network needs: the sine of each element's place. */
const sine = (dims: number[]): Tensor =>
  tensor(
    Float32Array.from({ length: elementCount(dims) }, (_, i) => Math.sin(i)),
    dims,
  );

export const sineFeeds = ({ inputs, freeInputs }: Pick<Graph, "inputs" | "freeInputs">): Record<string, Tensor> =>
  Object.fromEntries(
    inputs.filter(({ name }) => !freeInputs.has(name)).map(({ name, dims }) => [name, sine(fixedDims(dims))]),
  );
