/**
 * An autoencoder in little memory: stage by stage, and each stage by strips of rows. A strip is computed with the rows above
 * and below it that it depends on. Where a stage needs to know something of the whole picture (a group norm its moments,
 * attention its keys and values), it runs for all strips as far as there, and goes on when that is known; so each strip is
 * what the whole would have been there, nothing is computed twice but the few rows around, and there are no seams. Only
 * rounding differs.
 */
import type { Dialect } from "../../graph/dialect.ts";
import { fixedDims } from "../../graph/dim.ts";
import type { Graph } from "../../graph/graph.ts";
import { estimateMemory } from "../../graph/memory.ts";
import type { Stage } from "../../networks/stage.ts";
import { type Known, stripGraph, TOKENS, type Wanted } from "../../networks/strip.ts";
import { elementCount, type Tensor, tensor } from "../../tensor.ts";
import type { Sessions } from "../studio/sessions.ts";
import { tooLarge } from "../weights/too-large.ts";
import { createPlane, type Plane, type Rows } from "./plane.ts";

/** Shares of the sessions' budget: for a strip that is computed, and for a picture between two phases, of which three are there at once. Larger ones lie on the disk. */
const STRIP_SHARE = 3 / 8;
const PLANE_SHARE = 1 / 8;
/** Rows that a strip has of its own, at least: below this the rows around it would be most of the work. */
const LEAST_ROWS = 8;

interface Strip {
  /** Rows of the input that are computed with, and those of them that count. */
  readonly seen: Rows;
  readonly own: Rows;
}

/** A stage, or a part of one that ends where something has to be known of the whole picture. */
export interface Phase {
  readonly stage: Stage;
  /** What the phases before have found out for this stage. */
  readonly known: readonly Known[];
  /** What this one finds out; absent: it is the stage's last. */
  readonly wanted?: Wanted;
  readonly strips: readonly Strip[];
  /** Of the result, as a picture. */
  readonly dims: readonly number[];
  readonly build: () => Graph;
}

/**
 * What has to be run for a picture of `dims` [1, C, H, W], within `budget` bytes. Throws Problem "out-of-memory" where the
 * smallest strips don't fit.
 */
export function planStages(
  stages: readonly Stage[],
  dims: readonly number[],
  { budget, dialect }: { readonly budget: number; readonly dialect: Dialect },
): Phase[] {
  let at = dims;
  return stages.flatMap((stage) => {
    const phases: Phase[] = [];
    const [, channels, height, width] = at as [number, number, number, number];
    const repeats = dialect.edges === "around";
    const part = repeats ? ({ ...dialect, edges: "beside" } as const) : dialect;
    for (let facts: readonly Known[] = []; ; ) {
      const known = facts;
      const build = (rows: number, of: "whole" | "strips" = "strips") =>
        stripGraph(stage, [1, channels, rows, width], known, of === "whole" ? dialect : part);
      const { graph, wanted } = build(height, "whole");
      const given = fixedDims(graph.outputs[0]!.dims);
      if (wanted?.kind !== "norm" || wanted.of === "inside") {
        const strips = cut(height, stage.halo, { rows: rowsWithin(budget, { build, stage, height }), repeats });
        const [from, to] = strips[0]!.seen;
        const found = wanted?.kind === "tokens" ? [1, 1, height, given[2]! * width] : given;
        const of = strips.length > 1 ? "strips" : "whole";
        phases.push({ stage, known, wanted, strips, dims: found, build: () => build(to - from, of).graph });
      }
      if (!wanted) {
        at = given;
        return phases;
      }
      facts = [...known, wanted.kind === "norm" ? wanted : { ...wanted, dims: given }];
    }
  });
}

interface Fitting {
  readonly build: (rows: number) => { readonly graph: Graph };
  readonly stage: Stage;
  readonly height: number;
}

/** How many rows can be computed at once. */
function rowsWithin(budget: number, { build, stage, height }: Fitting): number {
  const limit = budget * STRIP_SHARE;
  const need = (rows: number) => bytesFor(build(rows).graph, budget);
  if (need(height) <= limit) return height;
  const least = Math.min(LEAST_ROWS + 2 * stage.halo, height);
  if (need(least) > limit) throw tooLarge(need(least) / STRIP_SHARE, budget);
  const perRow = (need(height) - need(least)) / (height - least);
  return least + Math.floor((limit - need(least)) / perRow);
}

/** With what it is fed and what it gives, which lie here as well; but not pictures that are kept in memory anyway. */
function bytesFor(graph: Graph, budget: number): number {
  const { weights, activations } = estimateMemory(graph);
  const around = [...graph.inputs, ...graph.outputs].map(({ name, dims }) => {
    const bytes = 4 * elementCount(fixedDims(dims));
    return name.startsWith(TOKENS) && bytes <= budget * PLANE_SHARE ? 0 : bytes;
  });
  return around.reduce((sum, bytes) => sum + bytes, weights + activations);
}

/**
 * Strips of one height, each of `rows` with those around it. Even where a stage halves: so is each one's first row then. Of a
 * picture that repeats, the first begins above it.
 */
function cut(
  height: number,
  halo: number,
  { rows, repeats }: { readonly rows: number; readonly repeats: boolean },
): Strip[] {
  if (rows >= height) return [{ seen: [0, height], own: [0, height] }];
  const core = 2 * Math.floor(Math.max(rows - 2 * halo, LEAST_ROWS) / 2);
  const window = repeats ? core + 2 * halo : Math.min(core + 2 * halo, height);
  return Array.from({ length: Math.ceil(height / core) }, (_, i) => {
    const own = [i * core, Math.min((i + 1) * core, height)] as const;
    const start = repeats ? own[0] - halo : Math.min(Math.max(own[0] - halo, 0), height - window);
    return { seen: [start, start + window], own };
  });
}

export interface StripOptions {
  readonly sessions: Sessions;
  /** Of the autoencoder, for the sessions' keys. */
  readonly key: string;
  /** The one that the phases were planned for. */
  readonly budget: number;
}

/** x [1, C, H, W] through all phases. Throws Problem "disk-full", and as sessions do. */
export async function runPhases(phases: readonly Phase[], x: Tensor, options: StripOptions): Promise<Tensor> {
  const { sessions, budget } = options;
  const open = new Map<Plane, () => void>();
  const create = async (dims: readonly number[]): Promise<Plane> => {
    const bytes = 4 * elementCount(dims);
    const kept = bytes <= budget * PLANE_SHARE ? "in-memory" : "on-disk";
    const release = await sessions.hold(kept === "in-memory" ? bytes : 0);
    const plane = createPlane(dims, kept);
    open.set(plane, release);
    return plane;
  };
  const remove = (plane: Plane) => {
    open.get(plane)!();
    open.delete(plane);
    plane.remove();
  };
  try {
    let given = await create(x.dims);
    given.write(0, x, [0, x.dims[2]!]);
    const found = new Map<string, Plane>();
    for (const phase of phases) {
      const result = await create(phase.dims);
      await runPhase(phase, { given, found, result }, options);
      if (phase.wanted) {
        found.set(phase.wanted.path, result);
        continue;
      }
      for (const plane of [given, ...found.values()]) remove(plane);
      found.clear();
      given = result;
    }
    return given.read([0, given.dims[2]!]);
  } finally {
    for (const plane of [...open.keys()]) remove(plane);
  }
}

interface PhasePlanes {
  /** What the stage is given. */
  readonly given: Plane;
  /** What its phases have found, by path. */
  readonly found: ReadonlyMap<string, Plane>;
  readonly result: Plane;
}

async function runPhase(
  phase: Phase,
  { given, found, result }: PhasePlanes,
  { sessions, key }: Pick<StripOptions, "sessions" | "key">,
) {
  const { stage, known, wanted, strips } = phase;
  const graph = phase.build();
  const asked = new Set(graph.inputs.map(({ name }) => name));
  const whole = Object.assign({}, ...known.map((one) => factsOf(one, { given, found })));
  const inside = known.flatMap((one) => (one.kind === "norm" && one.of === "inside" ? [one.path] : []));
  // All strips are of one size, and take the same memory in turn.
  const rowsSeen = strips[0]!.seen[1] - strips[0]!.seen[0];
  const sources = [["x", given] as const, ...inside.map((path) => [`seen.${path}`, found.get(path)!] as const)]
    .filter(([input]) => asked.has(input))
    .map(([input, plane]) => {
      const { 1: channels, 3: width } = plane.dims as [number, number, number, number];
      const into = strips.length > 1 ? new Float32Array(channels * rowsSeen * width) : undefined;
      return { input, read: (rows: Rows) => plane.read(rows, into) };
    });
  const feedsAt = (rows: Rows): Record<string, Tensor> => ({
    ...whole,
    ...Object.fromEntries(sources.map(({ input, read }) => [input, read(rows)])),
  });
  const name = `${key}/${stage.path}/${given.dims[3]}x${rowsSeen}/${known.length}`;
  await sessions.use(
    name,
    () => graph,
    async (run) => {
      for (const { seen, own } of strips) {
        const feeds = Object.entries(feedsAt(seen)).filter(([input]) => asked.has(input));
        const part = (await run(Object.fromEntries(feeds))).result!;
        const scale = wanted ? 1 : stage.scale;
        const rows = [(own[0] - seen[0]) * scale, (own[1] - seen[0]) * scale] as const;
        const [, channels, , width] = result.dims as [number, number, number, number];
        const picture = tensor(part.data, [1, channels, (seen[1] - seen[0]) * scale, width]);
        result.write(own[0] * scale, picture, rows);
      }
    },
  );
  await sessions.close(name);
}

/** What a graph is fed of a thing that is known of the whole picture. */
function factsOf(known: Known, { given, found }: Pick<PhasePlanes, "given" | "found">): Record<string, Tensor> {
  const { path } = known;
  if (known.kind === "tokens") {
    const all = found.get(path)!;
    return { [`${TOKENS}${path}`]: tensor(all.read([0, all.dims[2]!]).data, known.dims) };
  }
  const { shift, scale } = (known.of === "input" ? given : found.get(path)!).moments(known.groups, known.eps);
  return { [`shift.${path}`]: shift, [`scale.${path}`]: scale };
}
