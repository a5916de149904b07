/**
 * `npm run bench -- --peers [--shapes sd15|sdxl] [--python PATH] [--model FOLDER] [--keep FOLDER] [--rows …] [--with …]
 * [--rounds N] [--plant N]`: ours beside the programs that people would take instead, on the same random weights of full size, with
 * as many threads, in turns: one table, middle values and their spread. A program that is not installed is named and left out;
 * one that needs more memory than there is has a row that says so.
 */
import { readFileSync } from "node:fs";
import { Problem } from "../../../shared/problem.ts";
import type { BenchOptions } from "../options.ts";
import { gibibytes, UNMET } from "../report.ts";
import { SHAPES, type ShapesName, USUAL_SHAPES } from "../shapes.ts";
import { CONTESTANTS, type Contestant, MATCHES, REFERENCES } from "./contestants.ts";
import { fitBeside, freeBytes, isTooLarge, TOO_LARGE, weightBytes } from "./memory.ts";
import { type Place, preparePlace } from "./place.ts";
import { startProgram } from "./program.ts";
import { OPENVINO, PYTORCH, SD_CPP } from "./python.ts";
import { judged, type Results, type Sample, TASKS, type Task, tableOf } from "./table.ts";
import { type Found, takeTurnsAlone, takeTurnsBeside } from "./turns.ts";

/** Rounds, where programs open once for all of them, and where they open for each. */
const [ROUNDS_BESIDE, ROUNDS_ALONE] = [5, 1];
const SCRIPTS: Readonly<Record<Exclude<Contestant["program"], "ours">, string>> = {
  ...{ pytorch: PYTORCH, openvino: OPENVINO, "sd-cpp": SD_CPP },
};

/** Resolves to the exit code: UNMET where a promise that was measured does not hold. */
export async function runPeers(options: BenchOptions, scratch: string): Promise<number> {
  const { shapes = USUAL_SHAPES, with: parts = [] } = options;
  const chosen = CONTESTANTS.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
  const unknown = parts.find((part) => !CONTESTANTS.some(({ name }) => name.includes(part)));
  if (unknown !== undefined)
    throw new Problem(
      "request-invalid",
      `There is no program "${unknown}" among ${CONTESTANTS.map(({ name }) => name).join(", ")}: choose parts of those names.`,
    );
  const raced = await race({ chosen, rows: MATCHES[shapes].rows }, { ...options, shapes }, scratch);
  const verdict = judged(raced.results, MATCHES[shapes].promised);
  printRaced(raced, verdict.sentences);
  return verdict.holds ? 0 : UNMET;
}

/** As Markdown: the table, and below it who took part and what else there is to say. */
export function printRaced({ about, results, lines }: Raced, sentences: readonly string[] = []): void {
  console.log(`${about}\n\n${tableOf(results)}\n`);
  for (const line of [...lines, ...sentences]) console.log(`- ${line}`);
}

interface Lineup {
  readonly chosen: readonly Contestant[];
  /** What is measured unless it is told otherwise. */
  readonly rows: readonly Task[];
}

export interface Raced {
  /** Of which shapes, and how it was measured: a sentence. */
  readonly about: string;
  readonly results: Results;
  /** Which versions took part, and what could not. */
  readonly lines: readonly string[];
}

/** Measures those who are chosen, in turns, on the same random weights. */
export async function race(
  { chosen, rows: usual }: Lineup,
  options: BenchOptions & { readonly shapes: ShapesName },
  scratch: string,
): Promise<Raced> {
  const { shapes } = options;
  const { floats, ...place } = await preparePlace(options, scratch);
  const free = freeBytes();
  const isBeside = fitBeside(chosen, floats, free);
  const rounds = options.rounds ?? (isBeside ? ROUNDS_BESIDE : ROUNDS_ALONE);
  const { rows = usual } = options;
  const notebook = createNotebook();
  // What a program maps of the model's files counts as its own, though it takes no memory from others.
  const mapped = weightBytes(place.model);
  const onCards = chosen.some(({ card }) => card);
  const start = async (program: Contestant["program"]) => {
    const limits = onCards ? {} : { memory: freeBytes() + mapped };
    const started = await startProgram(...commandOf(program, place, options), limits);
    if (!("absent" in started)) {
      if (started.version) notebook.lines.add(`${started.version}.`);
      return started;
    }
    notebook.lines.add(`Left out: ${program} (${started.absent}).`);
    return undefined;
  };
  const run = { chosen, rows, rounds, kept: place.kept, start, found: notebook };
  await (isBeside ? takeTurnsBeside(run) : takeTurnsAlone(run));
  const ways = isBeside
    ? "programs beside each other"
    : `each in a process of its own for each round, as ${gibibytes(free)} of free memory do not hold them beside each other`;
  const middle = rounds === 1 ? "one round" : `middle of ${rounds} rounds in turns (least–most)`;
  return {
    about: `${SHAPES[shapes]}, ${middle}, ${ways}.`,
    results: notebook.results(chosen.map(({ name }) => name)),
    lines: [...notebook.lines],
  };
}

/** What comes in, and what of it goes below the table. */
function createNotebook(): Found & { readonly lines: Set<string>; results(names: readonly string[]): Results } {
  const samples: Sample[] = [];
  const memory = new Map<string, number>();
  const outputs = new Map<string, string>();
  const refused = new Map<string, string>();
  const lines = new Set<string>();
  return {
    lines,
    note: (contestant, task, seconds) => {
      samples.push({ contestant, task, seconds });
      console.error(`${contestant}: ${TASKS[task]} ${seconds.toFixed(2)} s`);
    },
    memory: (contestant, bytes) => void memory.set(contestant, Math.max(bytes, memory.get(contestant) ?? 0)),
    output: (contestant, file) => void outputs.set(contestant, file),
    refused: (contestant, task: Task, why) => {
      const large = isTooLarge(why);
      if (large) refused.set(contestant, TOO_LARGE);
      lines.add(`${contestant} ${large ? `${TOO_LARGE} for` : "can't do"} "${TASKS[task]}": ${why}.`);
    },
    results: (names) => ({
      contestants: names.filter((name) => refused.has(name) || samples.some((one) => one.contestant === name)),
      ...{ samples, memory, refused, deviation: deviations(outputs) },
    }),
  };
}

function commandOf(
  program: Contestant["program"],
  { model, inputs, kept }: Place,
  { python = "python3", plant = 1 }: BenchOptions,
): [command: string, args: readonly string[]] {
  const folders = [model, inputs, kept];
  return program === "ours"
    ? [process.execPath, [process.argv[1]!, "bench", "--serve-peer", String(plant), ...folders]]
    : [python, ["-c", SCRIPTS[program], ...folders]];
}

/** How far each step is from the reference's. */
function deviations(outputs: ReadonlyMap<string, string>): Map<string, number> {
  const reference = REFERENCES.find((name) => outputs.has(name));
  if (reference === undefined) return new Map();
  const numbers = (name: string) => {
    const { buffer, byteOffset, byteLength } = readFileSync(outputs.get(name)!);
    return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  };
  const right = numbers(reference);
  const most = (values: Float32Array) => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return new Map(
    [...outputs.keys()].map((name) => [name, most(numbers(name).map((v, i) => v - right[i]!)) / most(right)]),
  );
}
