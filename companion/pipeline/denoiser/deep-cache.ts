/** Ma et al. 2024, "DeepCache: Accelerating Diffusion Models for Free", section 3.3, uniform: a UNet's inner layers run now and then. */
import { Problem } from "../../../shared/problem.ts";
import type { DeepCache } from "../../../shared/request.ts";
import type { Reuse } from "../../networks/unet.ts";
import type { Tensor } from "../../tensor.ts";
import type { Sketch } from "../job.ts";
import type { RunOne } from "./one-by-one.ts";
import type { OpenNetwork } from "./open-network.ts";

export type Feeds = Parameters<RunOne>[0];

/** A denoiser's runs. */
export interface Runs {
  readonly inputs: OpenNetwork["inputs"];
  /** How a run of evaluation `i` is made. */
  at(i: number): RunOne;
  release(): void;
}

/** Throws Problem "request-invalid" where the denoiser has nothing to keep inside of the branch. */
export function refuseBranch({ request: { deepCache }, family, model }: Sketch): void {
  const count = family.cacheBranches?.(model) ?? 0;
  if (deepCache && deepCache.branch >= count)
    throw new Problem(
      "request-invalid",
      `This model has branches 0 to ${count - 1} to cache inside of: \`deepCache.branch\` is ${deepCache.branch}.`,
    );
}

/** The network, or with a cache the two parts of it. */
export async function openRuns(
  open: (reuse?: Reuse) => Promise<OpenNetwork>,
  cache: DeepCache | undefined,
): Promise<Runs> {
  if (!cache) {
    const { inputs, evaluation, release } = await open();
    return { inputs, at: evaluation, release };
  }
  const outer = cache.branch + 1;
  const whole = await open({ outer, part: "whole" });
  try {
    return runsOf(cache, whole, await open({ outer, part: "outer" }));
  } catch (error) {
    whole.release();
    throw error;
  }
}

/**
 * `whole` at every `interval`-th evaluation, and in between `outer` with the `deep` that whole gave for the same run of an
 * evaluation; where it gave none since, because that run had a rest, whole again.
 */
function runsOf({ interval }: DeepCache, whole: OpenNetwork, outer: OpenNetwork): Runs {
  const kept = new Map<number, { readonly since: number; readonly deep: Tensor }>();
  return {
    inputs: whole.inputs,
    at: (i) => {
      const begin = i - (i % interval);
      const [runWhole, runOuter] = [whole.evaluation(), outer.evaluation()];
      return async (feeds, n) => {
        const cached = kept.get(n);
        if (i > begin && cached && cached.since >= begin) {
          const known = Object.entries(feeds).filter(([name]) => outer.inputs.has(name));
          return runOuter({ ...Object.fromEntries(known), deep: cached.deep }, n);
        }
        const { deep, ...rest } = await runWhole(feeds, n);
        kept.set(n, { since: i, deep: deep! });
        return rest;
      };
    },
    release: () => {
      whole.release();
      outer.release();
    },
  };
}
