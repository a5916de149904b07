/** What earlier pictures took on this machine, and so what the next one will take. */
import type { Size } from "../../../shared/geometry.ts";
import type { MemoryUse } from "../../../shared/memory-use.ts";
import type { GenerateRequest } from "../../../shared/request.ts";
import type { Experience } from "../../bridge.ts";

/** What decides how long a picture takes. */
export interface Work {
  readonly model: string;
  /** All but model, size and steps, in a word that is the same for what takes the same. */
  readonly besides: string;
  readonly size: Size;
  readonly steps: number;
}

export interface Taken {
  readonly seconds: number;
  readonly memory?: MemoryUse | undefined;
}

export interface Estimate {
  readonly seconds: number;
  /** Of one picture; null where none of that size was measured. */
  readonly memory: Pick<MemoryUse, "need" | "of"> | null;
}

/** Runs of one kind of work that are remembered: the newest. */
const MOST_RUNS = 5;
const MOST_KINDS = 40;

/** `size`: at the model. */
export function workOf(request: GenerateRequest, size: Size): Work {
  const { model, quantize, guidanceScale, guidanceInterval, deepCache } = request;
  const { references, controls, refiner, motion, sceneText } = request;
  const pictures = references.map(({ image }) => (typeof image === "string" ? 1 : image.length));
  const besides = [
    ["bits", quantize],
    ["guided", guidanceScale > 1],
    ["interval", guidanceInterval && JSON.stringify(guidanceInterval)],
    ["cache", deepCache && JSON.stringify(deepCache)],
    ["references", pictures.reduce((sum, count) => sum + count, 0)],
    ["controls", controls.map(({ model: id }) => id).join()],
    ["refiner", refiner?.model],
    ["frames", motion?.frames],
    ["letters", sceneText && "painted"],
  ];
  return {
    model,
    besides: besides.flatMap(([name, value]) => (value ? [`${name} ${value}`] : [])).join(" "),
    size,
    steps: request.steps * request.strength,
  };
}

const key = ({ model, besides, size: { width, height } }: Omit<Work, "steps">) =>
  JSON.stringify([model, besides, width, height]);

/** Whether pictures of just that kind and size were made. */
export const isKnown = (experience: Experience, work: Work): boolean => key(work) in experience;

/** With one more picture in it. */
export function learn(experience: Experience, work: Work, { seconds, memory }: Taken): Experience {
  const { steps } = work;
  if (!(steps > 0 && seconds > 0)) return experience;
  const { [key(work)]: known = [], ...others } = experience;
  const run = { steps, seconds, ...(memory && { need: memory.need, of: memory.of }) };
  return Object.fromEntries([
    ...Object.entries(others).slice(-MOST_KINDS + 1),
    [key(work), [...known, run].slice(-MOST_RUNS)],
  ]);
}

type Runs = Experience[string];

/**
 * What `count` pictures will take by what earlier ones took: of the same kind and size; else of the same model, the likest first,
 * in proportion to the area. Null before the model's first picture.
 */
export function estimate(experience: Experience, work: Work, count: number): Estimate | null {
  const area = work.size.width * work.size.height;
  const known = Object.entries(experience)
    .map(([name, runs]) => ({ name, runs, parts: JSON.parse(name) as [string, string, number, number] }))
    .filter(({ parts: [model] }) => model === work.model)
    .map(({ name, runs, parts: [, besides, width, height] }) => ({
      ...{ runs, isSame: name === key(work), isOneKind: besides === work.besides, times: area / (width * height) },
    }));
  const distance = ({ isSame, isOneKind, times }: (typeof known)[number]) =>
    isSame ? -1 : (isOneKind ? 0 : 100) + Math.abs(Math.log(times));
  const [likest] = known.sort((a, b) => distance(a) - distance(b));
  if (likest === undefined) return null;
  const seconds = likest.times * secondsOf(likest.runs, work.steps) * count;
  return { seconds, memory: likest.isSame ? memoryOf(likest.runs) : null };
}

/**
 * A part that is the same whatever the steps, and one for each step, by the median slope of all pairs of runs with other steps
 * (Theil–Sen, Sen 1968, J. Am. Stat. Assoc. 63:1379): a run during which a model was opened, or other programs were busy, hardly
 * counts. Where all runs had as many steps it is in proportion to them.
 */
function secondsOf(runs: Runs, steps: number): number {
  const slopes = runs.flatMap((a, i) =>
    runs.slice(i + 1).flatMap((b) => (a.steps === b.steps ? [] : [(b.seconds - a.seconds) / (b.steps - a.steps)])),
  );
  if (slopes.length === 0) return lowMedian(runs.map((run) => run.seconds / run.steps)) * steps;
  const perStep = Math.max(0, lowMedian(slopes));
  const fixed = Math.max(0, lowMedian(runs.map((run) => run.seconds - perStep * run.steps)));
  return fixed + perStep * steps;
}

/** The lower of two: what one run took more was something else. */
const lowMedian = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;

/** The least: what was open besides is not this picture's. */
function memoryOf(runs: Runs): Estimate["memory"] {
  const [least] = runs
    .flatMap(({ need, of }) => (need === undefined || of === undefined ? [] : [{ need, of }]))
    .sort((a, b) => a.need - b.need);
  return least ?? null;
}
