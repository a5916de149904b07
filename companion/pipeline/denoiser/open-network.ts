import type { Dialect } from "../../graph/dialect.ts";
import type { Divided } from "../../graph/divide.ts";
import type { Graph } from "../../graph/graph.ts";
import type { UNetConfig } from "../../networks/configs.ts";
import { hearsLate, type Reuse } from "../../networks/unet.ts";
import type { Lease, Sessions } from "../studio/sessions.ts";
import type { RunOne } from "./one-by-one.ts";
import { dividedByPrompt, evaluationOf } from "./shared-first.ts";

/** A denoiser that is open, or a part of it. */
export interface OpenNetwork extends Pick<Lease, "inputs" | "release"> {
  /** How the runs of one evaluation are made. */
  readonly evaluation: () => RunOne;
}

type Opener = Pick<Sessions, "lease">;

/** Whether it is worth while to open such a UNet in two, where all runs of an evaluation begin with the same picture. */
export const sharesFirst = ({ shared }: Pick<Dialect, "shared">, config: UNetConfig, reuse?: Reuse): boolean =>
  shared === "first" && hearsLate(config, reuse);

/** Opens a graph as it is. */
export async function openWhole(sessions: Opener, key: string, graph: () => Graph): Promise<OpenNetwork> {
  const { inputs, run, release } = await sessions.lease(key, graph);
  return { inputs, evaluation: () => run, release };
}

interface Batches {
  /** Rows of the batch that all that are made together take. */
  readonly batch: number;
  /** Rows that one takes. */
  readonly rows: number;
}

/** Opens it in two: what all runs of an evaluation share, and what each of them hears of its prompt. */
export async function openShared(
  sessions: Opener,
  key: string,
  graphFor: (batch: number) => Graph,
  { batch, rows }: Batches,
): Promise<OpenNetwork> {
  let last: { readonly size: number; readonly parts: Divided } | undefined;
  const partsFor = (size: number): Divided => {
    if (last?.size !== size) last = { size, parts: dividedByPrompt(graphFor(size)) };
    return last.parts;
  };
  const rest = await sessions.lease(`${key}/rest`, () => partsFor(batch).rest);
  try {
    const first = await sessions.lease(`${key}/first`, () => partsFor(rows).first, { memory: "kept" });
    return {
      inputs: new Map([...rest.inputs, ...first.inputs]),
      evaluation: () => evaluationOf({ first, rest }),
      release: () => {
        first.release();
        rest.release();
      },
    };
  } catch (error) {
    rest.release();
    throw error;
  }
}
