/**
 * An autoencoder in little memory: stage by stage, and each stage that is too large by strips of rows. A strip is computed
 * with as many rows above and below it as it depends on, and normalised by the moments of the whole picture, which were found
 * strip by strip before; so it is what the whole would have been there, and there are no seams. Only rounding differs.
 */
import type { Dialect } from "../graph/dialect.ts";
import { estimateMemory } from "../graph/memory.ts";
import type { VaeStage } from "../networks/vae.ts";
import { vaeStageGraph, vaeStripGraph } from "../networks/vae-strip.ts";
import { elementCount, type Tensor, tensor } from "../tensor.ts";
import type { Sessions } from "./sessions.ts";
import { createSums } from "./strip-moments.ts";

export interface StripOptions {
  readonly sessions: Sessions;
  readonly dialect: Dialect;
  /** Of the autoencoder, for the sessions' keys. */
  readonly key: string;
}

/** The share of the sessions' budget for intermediate values of a strip; the rest is for what lies between the stages. */
const STRIP_SHARE = 1 / 8;
/** Rows that a strip has of its own, at least: below this the rows around it would be most of the work. */
const LEAST_ROWS = 8;

/** x [1, C, H, W] through all stages. */
export async function runInStages(stages: readonly VaeStage[], x: Tensor, options: StripOptions): Promise<Tensor> {
  let value = x;
  for (const stage of stages) value = await runStage(stage, value, options);
  return value;
}

async function runStage(stage: VaeStage, x: Tensor, options: StripOptions): Promise<Tensor> {
  const { sessions, dialect, key } = options;
  const height = x.dims[2]!;
  const whole = vaeStageGraph(stage, x.dims, dialect);
  const { activations } = estimateMemory(whole);
  const limit = sessions.budget * STRIP_SHARE;
  const name = `${key}/${stage.path}/${x.dims[3]}x`;
  await sessions.makeRoom(4 * (elementCount(x.dims) + elementCount(whole.outputs[0]!.dims)));
  if (stage.halo === Number.POSITIVE_INFINITY || activations <= limit) {
    const build = () => whole;
    return (await sessions.use(`${name}${height}`, build, (run) => run({ x }))).result!;
  }
  const strips = cut(height, stage.halo, (limit * height) / activations);
  return runStrips(stage, x, { ...options, strips, dims: whole.outputs[0]!.dims, name });
}

interface Strip {
  /** Rows of the input that are computed with, and those of them that count. */
  readonly seen: readonly [start: number, end: number];
  readonly own: readonly [start: number, end: number];
}

/** Strips of one height, which is even, as is each one's first row; `rows`: as many as fit. */
function cut(height: number, halo: number, rows: number): Strip[] {
  const core = 2 * Math.floor(Math.max(rows - 2 * halo, LEAST_ROWS) / 2);
  const window = Math.min(core + 2 * halo, height);
  return Array.from({ length: Math.ceil(height / core) }, (_, i) => {
    const own = [i * core, Math.min((i + 1) * core, height)] as const;
    const start = Math.min(Math.max(own[0] - halo, 0), height - window);
    return { seen: [start, start + window], own };
  });
}

interface StripRun extends StripOptions {
  readonly strips: readonly Strip[];
  /** Of the result. */
  readonly dims: readonly number[];
  /** Begins the sessions' keys. */
  readonly name: string;
}

/** Once for each group norm, to find its moments, and then for the result. */
async function runStrips(stage: VaeStage, x: Tensor, run: StripRun): Promise<Tensor> {
  const [seenFrom, seenTo] = run.strips[0]!.seen;
  const dims = [x.dims[0]!, x.dims[1]!, seenTo - seenFrom, x.dims[3]!];
  const known = new Map<string, Record<string, Tensor>>();
  for (;;) {
    const { graph, wanted } = vaeStripGraph(stage, dims, [...known.keys()], run.dialect);
    const feeds = Object.assign({}, ...known.values());
    const each = (take: (part: Tensor, rows: readonly [number, number], own: Strip["own"]) => void) =>
      run.sessions.use(
        `${run.name}${dims[2]}/${known.size}`,
        () => graph,
        async (compute) => {
          const strip = tensor(new Float32Array(elementCount(dims)), dims);
          for (const { seen, own } of run.strips) {
            putRows(strip, 0, { part: x, rows: seen });
            const { result } = await compute({ ...feeds, x: strip });
            take(result!, [(own[0] - seen[0]) * stage.scale, (own[1] - seen[0]) * stage.scale], own);
          }
        },
      );
    if (wanted) {
      const sums = createSums(wanted);
      if (wanted.of === "input") sums.add(x, [0, x.dims[2]!]);
      else await each((part, rows) => sums.add(part, rows));
      known.set(wanted.path, sums.moments());
      continue;
    }
    const result = tensor(new Float32Array(elementCount(run.dims)), run.dims);
    await each((part, rows, own) => putRows(result, own[0] * stage.scale, { part, rows }));
    return result;
  }
}

/** Rows start … end-1 of `part` [1, C, h, W] into a tensor [1, C, H, W], from `row` on. */
function putRows(
  { data, dims }: Tensor,
  row: number,
  { part, rows: [start, end] }: { part: Tensor; rows: readonly [number, number] },
): void {
  const [, channels, height, width] = dims as [number, number, number, number];
  const partHeight = part.dims[2]!;
  for (let c = 0; c < channels; c++) {
    const from = (c * partHeight + start) * width;
    data.set(part.data.subarray(from, from + (end - start) * width), (c * height + row) * width);
  }
}
