/** What was measured of several programs in turns, as one table, and whether ours holds what it promises beside the others. */
import { median } from "../../../shared/median.ts";
import { markdownTable } from "../markdown-table.ts";

/** What is measured of a program, in the order of the columns, and as the table says it. */
export const TASKS = {
  prepare: "first opening",
  open: "opening",
  text: "text encoding",
  step: "guided step",
  decode512: "decode 512²",
  decode1024: "decode 1024²",
  picture1: "1 step",
  picture4: "4 steps",
  picture20: "20 steps",
  turbo: "1 step of 512², unguided",
} as const;
export type Task = keyof typeof TASKS;

/** One run of one program. */
export interface Sample {
  readonly contestant: string;
  readonly task: Task;
  readonly seconds: number;
}

export interface Results {
  /** The rows, in this order. */
  readonly contestants: readonly string[];
  readonly samples: readonly Sample[];
  /** Most bytes that its process had resident, by contestant. */
  readonly memory: ReadonlyMap<string, number>;
  /** Why some can't do it, by contestant. */
  readonly refused?: ReadonlyMap<string, string>;
  /** Largest difference of a step from the reference's, as a share of its largest value, by contestant. */
  readonly deviation: ReadonlyMap<string, number>;
}

/** A step of `ours` is to take at most `most` times as long as one of `theirs`. */
export interface Promised {
  readonly ours: string;
  readonly theirs: string;
  readonly most: number;
}

const secondsOf = ({ samples }: Results, contestant: string, task: Task): number[] =>
  samples.filter((one) => one.contestant === contestant && one.task === task).map(({ seconds }) => seconds);

const digits = (seconds: number) => (seconds < 1 ? seconds.toFixed(3) : seconds.toFixed(seconds < 10 ? 2 : 1));

/** "5.46 s (5.40–5.61)": the middle one, the least and the most; "–" where there is none. */
function cell(seconds: readonly number[]): string {
  if (seconds.length === 0) return "–";
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)];
  const middle = `${digits(median(seconds))} s`;
  return seconds.length === 1 ? middle : `${middle} (${digits(least)}–${digits(most)})`;
}

/** A Markdown table of what there is: columns that nobody has are left out. */
export function tableOf(results: Results): string {
  const { contestants, samples, memory, refused, deviation } = results;
  const tasks = (Object.keys(TASKS) as Task[]).filter((task) => samples.some((one) => one.task === task));
  const share = (name: string) => {
    const found = deviation.get(name);
    if (found === undefined) return "–";
    return found < 1e-3 ? found.toExponential(1) : `${(100 * found).toFixed(2)} %`;
  };
  const gib = (name: string) => (memory.has(name) ? `${(memory.get(name)! / 2 ** 30).toFixed(2)} GiB` : "–");
  const head = [
    "",
    ...tasks.map((task) => TASKS[task]),
    ...(memory.size > 0 ? ["peak memory"] : []),
    ...(deviation.size > 0 ? ["off float32"] : []),
  ];
  const why = (name: string) => {
    const isDone = samples.some((one) => one.contestant === name);
    return isDone || !refused?.has(name) ? name : `${name}: ${refused.get(name)}`;
  };
  const rows = contestants.map((name) => [
    why(name),
    ...tasks.map((task) => cell(secondsOf(results, name, task))),
    ...(memory.size > 0 ? [gib(name)] : []),
    ...(deviation.size > 0 ? [share(name)] : []),
  ]);
  return markdownTable(head, rows);
}

/**
 * One sentence for each promise of which both sides were measured, and whether all of those hold: by the middle of what each round gives, as
 * a whole machine is a tenth slower or faster from one minute to the next.
 */
export function judged(results: Results, promises: readonly Promised[]): { holds: boolean; sentences: string[] } {
  const found = promises.flatMap(({ ours, theirs, most }) => {
    const [a, b] = [secondsOf(results, ours, "step"), secondsOf(results, theirs, "step")];
    if (a.length === 0 || b.length === 0) return [];
    const ratio = median(a.map((seconds, round) => seconds / b[round]!).filter((of) => !Number.isNaN(of)));
    const verdict = ratio <= most ? "holds" : "DOES NOT HOLD";
    return [
      {
        holds: ratio <= most,
        sentence: `A step of ${ours} takes ${ratio.toFixed(2)} of one of ${theirs} in the same round; at most ${most.toFixed(2)}: ${verdict}.`,
      },
    ];
  });
  return { holds: found.every(({ holds }) => holds), sentences: found.map(({ sentence }) => sentence) };
}
