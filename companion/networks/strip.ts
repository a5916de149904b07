/** A stage of an autoencoder for a strip of rows, which is told what it can't know: moments and tokens of the whole picture. */
import type { Dialect } from "../graph/dialect.ts";
import { fixedDims } from "../graph/dim.ts";
import { Graph, type Value } from "../graph/graph.ts";
import { cast } from "../graph/ops.ts";
import type { Stage } from "./stage.ts";

/**
 * A group norm. "input": it sees what the stage is given, which needs no graph to be known. "inside": what the graph
 * computes.
 */
interface WantedNorm {
  readonly kind: "norm";
  readonly path: string;
  readonly groups: number;
  readonly eps: number;
  readonly of: "input" | "inside";
}

/** Keys or values of attention. */
interface WantedTokens {
  readonly kind: "tokens";
  readonly path: string;
}

/** Something that has to be gathered from the whole picture before a stage can go on. */
export type Wanted = WantedNorm | WantedTokens;

interface KnownTokens extends WantedTokens {
  /** [1, T, C]: of all. */
  readonly dims: readonly number[];
}

/** The same when it has been gathered. */
export type Known = WantedNorm | KnownTokens;

export interface StripGraph {
  /**
   * `x` [1, C, rows, W], and what is known: `seen.PATH` [1, C', rows, W'] of a norm inside, `shift.PATH` and `scale.PATH`
   * [1, G, 1] of every norm, `tokens.PATH` [1, T, C''] → `result`: the stage's, or what is wanted. Inputs that it does
   * not depend on are not there.
   */
  readonly graph: Graph;
  readonly wanted?: Wanted;
}

/** Begins the names of inputs that take keys and values of the whole picture. */
export const TOKENS = "tokens.";

/** The stage from the last thing that is known as far as the first that is not, which then is `wanted`; else to its end. */
export function stripGraph(
  stage: Stage,
  dims: readonly number[],
  known: readonly Known[],
  dialect: Dialect,
): StripGraph {
  let found: { value: Value; wanted: Wanted } | undefined;
  const input = (name: string, of: readonly number[]) =>
    cast(op, op.input(name, { type: "float32", dims: of }), op.float);
  const op: Graph = new Graph({
    dialect,
    momentsAt: (path, x, { groups, eps }) => {
      const own = known.find((one) => one.path === path);
      if (own?.kind !== "norm") {
        found ??= { value: x, wanted: { kind: "norm", path, groups, eps, of: x === given ? "input" : "inside" } };
        return undefined;
      }
      const [shift, scale] = [input(`shift.${path}`, [1, groups, 1]), input(`scale.${path}`, [1, groups, 1])];
      return { shift, scale, of: own.of === "input" ? x : input(`seen.${path}`, fixedDims(x.dims)) };
    },
    tokensAt: (own) => {
      const wholes = own.map(([path]) => known.find((one) => one.path === path));
      const next = own[wholes.indexOf(undefined)];
      if (!next) return wholes.map((whole) => input(`${TOKENS}${whole!.path}`, (whole as KnownTokens).dims));
      found ??= { value: next[1], wanted: { kind: "tokens", path: next[0] } };
      return own.map(([, tokens]) => tokens);
    },
  });
  const given = input("x", dims);
  const result = stage.apply(op, given);
  op.output("result", cast(op, found?.value ?? result, "float32"));
  op.prune();
  return { graph: op, ...(found && { wanted: found.wanted }) };
}
