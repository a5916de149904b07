import type { AnyTensor, Tensor } from "../../tensor.ts";
import type { Lease } from "../studio/sessions.ts";
import { stack } from "../tensors.ts";

/**
 * A network that was opened for a batch of one, fed as if for a batch of `count`: runs once for each, and gives what the batch
 * would have given. Takes the memory of one. Inputs that are for all of the batch alike are fed as they are.
 */
export function oneByOne({ run, inputs }: Pick<Lease, "run" | "inputs">, count: number): Lease["run"] {
  const isStacked = (name: string, { dims }: AnyTensor) =>
    count > 1 && dims[0] === count && inputs.get(name)?.[0] === 1;
  return async (feeds) => {
    const results: Record<string, Tensor>[] = [];
    for (let n = 0; n < count; n++)
      results.push(
        await run(
          Object.fromEntries(
            Object.entries(feeds).map(([name, fed]) => [name, isStacked(name, fed) ? rowOf(fed, { n, count }) : fed]),
          ),
        ),
      );
    const names = Object.keys(results[0]!);
    return Object.fromEntries(names.map((name) => [name, stack(results.map((result) => result[name]!))]));
  };
}

/** The `n`th part of a tensor along its first axis. */
function rowOf<T extends AnyTensor>(fed: T, { n, count }: { readonly n: number; readonly count: number }): T {
  const size = fed.data.length / count;
  return { ...fed, dims: [1, ...fed.dims.slice(1)], data: fed.data.slice(n * size, (n + 1) * size) };
}
