/**
 * The runs of one evaluation see the same latent at the same time, and hear different prompts. Up to where a network hears its
 * prompt all of them compute the same: that runs once. In Stable Diffusion 1 and 2 it is the first of the largest layers, its
 * self attention included, and all that is made of the time.
 */
import { Problem } from "../../../shared/problem.ts";
import { fixedDims } from "../../graph/dim.ts";
import { divide } from "../../graph/divide.ts";
import type { Graph } from "../../graph/graph.ts";
import type { Session } from "../../runtime/session.ts";
import { type AnyTensor, elementCount, type Tensor, tensor } from "../../tensor.ts";
import type { RunOne } from "./one-by-one.ts";

/** Inputs that are the same for all runs, besides those whose dims feeds choose: adapters' weights. */
const TOLD = /^(sample|timestep|control_hint\.\d+)$/;

/** What does not hear the prompt, and what does. */
export const dividedByPrompt = (graph: Graph) => divide(graph, (name) => !TOLD.test(name));

/** What a part runs in: a session, or a lease of one. */
type Part = Pick<Session, "run" | "inputs">;

/**
 * The network of both parts, for one evaluation: the first part runs when the first of its runs does. `rest` may have a larger batch,
 * of several runs together.
 */
export function evaluationOf({ first, rest }: Readonly<Record<"first" | "rest", Part>>): RunOne {
  let shared: Promise<Record<string, Tensor>> | undefined;
  return async (feeds) => {
    shared ??= first.run(mapped(known(first, feeds), (fed, name) => (TOLD.test(name) ? begun(fed, first, name) : fed)));
    const forAll = mapped(await shared, (value, name) => repeated(value, rest, name));
    return rest.run({ ...known(rest, feeds), ...forAll });
  };
}

type Fed<T> = Readonly<Record<string, T>>;

/** Those that a part has. */
const known = <T>({ inputs }: Part, feeds: Fed<T>): Fed<T> =>
  Object.fromEntries(Object.entries(feeds).filter(([name]) => inputs.has(name)));

const mapped = <T>(feeds: Fed<T>, each: (fed: T, name: string) => T): Fed<T> =>
  Object.fromEntries(Object.entries(feeds).map(([name, fed]) => [name, each(fed, name)]));

/** As much of it as a part takes: what it is for the first of several runs. */
function begun(fed: AnyTensor, { inputs }: Part, name: string): AnyTensor {
  const length = inputs.get(name)![0] as number;
  if (length === fed.dims[0]) return fed;
  const data = fed.data.slice(0, (fed.data.length / fed.dims[0]!) * length);
  return { ...fed, dims: [length, ...fed.dims.slice(1)], data } as AnyTensor;
}

/** For all runs that a part makes together, of which each has the same numbers, one after the other. */
function repeated(value: Tensor, { inputs }: Part, name: string): Tensor {
  const dims = fixedDims(inputs.get(name)!);
  const count = elementCount(dims);
  if (count % value.data.length !== 0)
    throw new Problem("internal", `${name} [${value.dims}] does not make [${dims}].`);
  if (count === value.data.length) return tensor(value.data, dims);
  const data = new Float32Array(count);
  for (let at = 0; at < count; at += value.data.length) data.set(value.data, at);
  return tensor(data, dims);
}
