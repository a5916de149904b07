/** A stage of an autoencoder for a strip of rows, normalised by the moments of the whole picture. */
import type { Dialect } from "../graph/dialect.ts";
import { Graph, type Value } from "../graph/graph.ts";
import { cast } from "../graph/ops.ts";
import type { VaeStage } from "./vae.ts";

/** A group norm whose moments are to be found out. */
export interface WantedNorm {
  readonly path: string;
  readonly groups: number;
  readonly eps: number;
  /** "input": it sees what the stage is given, which needs no graph to be known. "inside": what `graph` computes. */
  readonly of: "input" | "inside";
}

export interface StripGraph {
  /**
   * `x` [1, C, rows, W], and for every known norm `shift.PATH` and `scale.PATH` [1, G, 1] → `result` [1, C', R', W'] : the
   * stage's, or what the wanted norm sees.
   */
  readonly graph: Graph;
  readonly wanted?: WantedNorm;
}

/** The stage for a whole picture: `x` [1, C, H, W] → `result`. */
export function vaeStageGraph(stage: VaeStage, dims: readonly number[], dialect: Dialect): Graph {
  const op = new Graph({ dialect });
  const x = cast(op, op.input("x", { type: "float32", dims }), op.float);
  op.output("result", cast(op, stage.apply(op, x), "float32"));
  return op;
}

/** The stage as far as the first group norm of which nothing is known, which then is `wanted`; else to its end. */
export function vaeStripGraph(
  stage: VaeStage,
  dims: readonly number[],
  known: readonly string[],
  dialect: Dialect,
): StripGraph {
  let seen: { x: Value; norm: WantedNorm } | undefined;
  const op = new Graph({
    dialect,
    momentsAt: (path, x, { groups, eps }) => {
      if (!known.includes(path)) {
        seen ??= { x, norm: { path, groups, eps, of: x === given ? "input" : "inside" } };
        return undefined;
      }
      const moment = (name: string) =>
        cast(op, op.input(`${name}.${path}`, { type: "float32", dims: [1, groups, 1] }), op.float);
      return { shift: moment("shift"), scale: moment("scale") };
    },
  });
  const given = cast(op, op.input("x", { type: "float32", dims }), op.float);
  const result = stage.apply(op, given);
  op.output("result", cast(op, seen?.x ?? result, "float32"));
  op.prune();
  return { graph: op, ...(seen && { wanted: seen.norm }) };
}
