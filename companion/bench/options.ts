/** What parts of the bench can be told, each in one place: its value in words, and how that is read. */
import { Problem } from "../../shared/problem.ts";
import { TASKS, type Task } from "./peers/table.ts";
import { SHAPES, type ShapesName } from "./shapes.ts";

interface Option<T> {
  /** The value, as the command line says it. */
  readonly value: string;
  /** Throws a sentence's beginning as an Error. */
  readonly read: (text: string) => T;
}

const text = (value: string): Option<string> => ({ value, read: (given) => given });
const count = (what: string): Option<number> => ({
  value: "N",
  read: (given) => {
    const found = Number(given);
    if (!Number.isInteger(found) || found < 1) throw new Error(`"${given}" is no number of ${what}`);
    return found;
  },
});

export const OPTIONS = {
  /** A folder or file. Absent: random weights. */
  model: text("PATH"),
  /** Of which size random weights are; Stable Diffusion 1.5's unless told otherwise. */
  shapes: {
    value: Object.keys(SHAPES).join("|"),
    read: (given): ShapesName => {
      if (!Object.hasOwn(SHAPES, given)) throw new Error(`There are no shapes "${given}"`);
      return given as ShapesName;
    },
  },
  /** One that has the other programs' packages. */
  python: text("PATH"),
  /** Of a picture. */
  side: {
    value: "PIXELS",
    read: (given): number => {
      const side = Number(given);
      if (!(side >= 64 && side % 16 === 0)) throw new Error(`A side of "${given}" is no multiple of 16`);
      return side;
    },
  },
  /** Where the figures go as JSON. */
  json: text("FILE"),
  /** Where a picture of the figures goes, as SVG. */
  plot: text("FILE"),
  /** Where random weights and what was converted stay for the next run. Absent: nothing stays. */
  keep: text("FOLDER"),
  rows: {
    value: "A,B",
    read: (given): readonly Task[] =>
      given.split(",").map((row) => {
        if (!Object.hasOwn(TASKS, row))
          throw new Error(`There is no row "${row}" among ${Object.keys(TASKS).join(", ")}`);
        return row as Task;
      }),
  },
  /** Parts of the names of those that take part. Absent: all. */
  with: { value: "A,B", read: (given): readonly string[] => given.split(",") },
  rounds: count("rounds"),
  /** How often ours does everything: 2 must show as half as fast. */
  plant: count("times"),
} satisfies Record<string, Option<unknown>>;

export type OptionName = keyof typeof OPTIONS;
export type BenchOptions = { readonly [K in OptionName]?: ReturnType<(typeof OPTIONS)[K]["read"]> };

/** "[--model PATH] [--rounds N]" */
export const usageOf = (names: readonly OptionName[]): string =>
  names.map((name) => `[--${name} ${OPTIONS[name].value}]`).join(" ");

/** The values among `given` that a part `takes`. Throws Problem "request-invalid" for another, and for one that can't be. */
export function readOptions(
  given: Readonly<Record<string, string | boolean | undefined>>,
  takes: readonly OptionName[],
  usage: string,
): BenchOptions {
  const wrong = (what: string) => new Problem("request-invalid", `${what}: use ${usage}`);
  const found = Object.entries(given).filter((entry): entry is [OptionName, string] => typeof entry[1] === "string");
  return Object.fromEntries(
    found.map(([name, value]) => {
      if (!takes.includes(name)) throw wrong(`It takes no "--${name}"`);
      try {
        return [name, OPTIONS[name].read(value)];
      } catch (error) {
        throw wrong((error as Error).message);
      }
    }),
  );
}
