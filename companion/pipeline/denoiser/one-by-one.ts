import type { AnyTensor, Tensor } from "../../tensor.ts";
import type { Lease } from "../studio/sessions.ts";
import { stack } from "../tensors.ts";

/** One run of a network; `n`: which of the runs of an evaluation it is. */
export type RunOne = (feeds: Readonly<Record<string, AnyTensor>>, n: number) => Promise<Record<string, Tensor>>;

/**
 * A network that was opened for a batch of `size`, fed as if for one of `count` times as many: runs once for each of `rows` (by
 * default all), and gives what the batch would have given. Takes the memory of one. Inputs that are for all of the batch alike are
 * fed as they are.
 */
export function oneByOne(
  { run, inputs }: { readonly run: RunOne; readonly inputs: Lease["inputs"] },
  count: number,
  size = 1,
) {
  const isStacked = (name: string, { dims }: AnyTensor) =>
    count > 1 && dims[0] === count * size && inputs.get(name)?.[0] === size;
  return async (feeds: Parameters<RunOne>[0], rows: readonly number[] = Array.from({ length: count }, (_, n) => n)) => {
    const results: Record<string, Tensor>[] = [];
    for (const n of rows)
      results.push(
        await run(
          Object.fromEntries(
            Object.entries(feeds).map(([name, fed]) => [name, isStacked(name, fed) ? rowOf(fed, { n, count }) : fed]),
          ),
          n,
        ),
      );
    const names = Object.keys(results[0]!);
    return Object.fromEntries(names.map((name) => [name, stack(results.map((result) => result[name]!))]));
  };
}

/** The `n`th of `count` parts of a tensor along its first axis. */
function rowOf<T extends AnyTensor>(fed: T, { n, count }: { readonly n: number; readonly count: number }): T {
  const size = fed.data.length / count;
  return { ...fed, dims: [fed.dims[0]! / count, ...fed.dims.slice(1)], data: fed.data.slice(n * size, (n + 1) * size) };
}
