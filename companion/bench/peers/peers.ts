/**
 * `npm run bench -- --peers [--python PATH] [--model FOLDER] [--keep FOLDER] [--rows …] [--with …] [--rounds N] [--plant N]`:
 * ours beside the programs that people would take instead, on the same random weights of Stable Diffusion 1.5's size, with as
 * many threads, in turns: one table, middle values and their spread. A program that is not installed is named and left out.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createGenerator } from "../../random/generator.ts";
import type { BenchOptions } from "../options.ts";
import { MODEL_SHAPES, writeRandomModel } from "../random-model.ts";
import { SHAPES, USUAL_SHAPES } from "../shapes.ts";
import { type Program, startProgram } from "./program.ts";
import { OPENVINO, PYTORCH, SD_CPP } from "./python.ts";
import { judged, type Results, type Sample, TASKS, type Task, tableOf } from "./table.ts";

type PeersOptions = BenchOptions & Required<Pick<BenchOptions, "rows" | "with" | "rounds" | "plant" | "shapes">>;

interface Contestant {
  readonly name: string;
  /** Those of one program take turns in one process, but for pictures. */
  readonly program: string;
  readonly mode: string;
}

const CONTESTANTS: readonly Contestant[] = [
  { name: "ours exact", program: "ours", mode: "exact" },
  { name: "ours fast", program: "ours", mode: "fast" },
  { name: "PyTorch eager", program: "pytorch", mode: "eager" },
  { name: "PyTorch channels last", program: "pytorch", mode: "channels-last" },
  { name: "PyTorch bf16 autocast", program: "pytorch", mode: "bf16" },
  { name: "OpenVINO f32", program: "openvino", mode: "f32" },
  { name: "OpenVINO default", program: "openvino", mode: "default" },
  { name: "stable-diffusion.cpp Q8_0", program: "sd-cpp", mode: "q8_0" },
  { name: "stable-diffusion.cpp fp16", program: "sd-cpp", mode: "f16" },
];

const PROMISED = [
  { ours: "ours fast", theirs: "ours exact", most: 0.45 },
  { ours: "ours fast", theirs: "OpenVINO default", most: 1 },
  { ours: "ours exact", theirs: "OpenVINO f32", most: 1 },
  { ours: "ours exact", theirs: "PyTorch eager", most: 0.65 },
];

/** What deviations are from, the first that takes part. */
const REFERENCES = ["PyTorch eager", "ours exact"];

/** Each is done once more at first, which does not count: what is read and compiled then stays. */
const WARMED: readonly Task[] = ["text", "step", "decode512", "decode1024"];
const PICTURES: readonly Task[] = ["picture4", "picture20"];
const SCRIPTS: Readonly<Record<string, string>> = { pytorch: PYTORCH, openvino: OPENVINO, "sd-cpp": SD_CPP };

interface Place {
  readonly model: string;
  readonly inputs: string;
  readonly kept: string;
}

/** Resolves to the exit code: 0 where every promise that was measured holds. */
export async function runPeers(told: BenchOptions, scratch: string): Promise<number> {
  const options = { rows: Object.keys(TASKS) as Task[], with: [], rounds: 3, plant: 1, shapes: USUAL_SHAPES, ...told };
  const place = places(options, scratch);
  const chosen = CONTESTANTS.filter(
    ({ name }) => options.with.length === 0 || options.with.some((part) => name.includes(part)),
  );
  const samples: Sample[] = [];
  const note = (sample: Sample) => {
    samples.push(sample);
    console.error(`${sample.contestant}: ${TASKS[sample.task]} ${sample.seconds.toFixed(2)} s`);
  };
  const found = { note, memory: new Map<string, number>(), outputs: new Map<string, string>() };
  const notes = new Set<string>();
  const start = async (program: string) => {
    const started = await startProgram(...commandOf(program, place, options));
    if (!("absent" in started)) return started;
    notes.add(`Left out: ${program} (${started.absent}).`);
    return undefined;
  };
  await takeTurns({ chosen, options, start, found, notes, place });
  await makePictures({ chosen, options, start, found, notes, place });

  const results: Results = {
    contestants: chosen.map(({ name }) => name).filter((name) => samples.some((one) => one.contestant === name)),
    samples,
    memory: found.memory,
    deviation: deviations(found.outputs),
  };
  const verdict = judged(results, PROMISED);
  console.log(
    `${SHAPES[options.shapes]}: middle of ${options.rounds} rounds in turns (least–most).\n\n${tableOf(results)}\n`,
  );
  for (const line of [...notes, ...verdict.sentences]) console.log(`- ${line}`);
  return verdict.holds ? 0 : 1;
}

/** Writes what is not there yet: the model, and what a step is given. */
function places({ model, keep, shapes }: PeersOptions, scratch: string): Place {
  const folder = path.resolve(keep ?? scratch);
  const place = { model: model ? path.resolve(model) : path.join(folder, "model"), inputs: folder, kept: folder };
  if (!existsSync(place.model)) {
    mkdirSync(place.model, { recursive: true });
    console.error("Writing a random model …");
    writeRandomModel(place.model, MODEL_SHAPES[shapes]);
  }
  const { randn } = createGenerator(1);
  for (const [name, dims] of [
    ["sample", [2, 4, 64, 64]],
    ["states", [2, 77, 768]],
  ] as const)
    writeFileSync(path.join(place.inputs, name), new Uint8Array(randn(dims).data.buffer));
  return place;
}

function commandOf(
  program: string,
  { model, inputs, kept }: Place,
  { python, plant }: PeersOptions,
): [command: string, args: readonly string[]] {
  const folders = [model, inputs, kept];
  return program === "ours"
    ? [process.execPath, [process.argv[1]!, "bench", "--serve-peer", String(plant), ...folders]]
    : [python ?? "python3", ["-c", SCRIPTS[program]!, ...folders]];
}

interface Race {
  readonly chosen: readonly Contestant[];
  readonly options: PeersOptions;
  readonly start: (program: string) => Promise<Program | undefined>;
  readonly found: {
    note(sample: Sample): void;
    readonly memory: Map<string, number>;
    readonly outputs: Map<string, string>;
  };
  readonly notes: Set<string>;
  readonly place: Place;
}

/** Everything but pictures, round by round. */
async function takeTurns({ chosen, options, start, found, notes, place }: Race): Promise<void> {
  const rows = options.rows.filter((row) => !PICTURES.includes(row));
  const running = chosen.filter(({ program }) => program !== "sd-cpp");
  if (rows.length === 0 || running.length === 0) return;
  const programs = new Map<string, Program>();
  for (const { program } of running) {
    if (programs.has(program)) continue;
    const started = await start(program);
    if (started) programs.set(program, started);
  }
  const entered = running.filter(({ program }) => programs.has(program));
  const ask = async ({ name, program, mode }: Contestant, task: Task) => {
    const output = task === "step" ? path.join(place.kept, `${program}-${mode}.step`) : undefined;
    const answer = await programs.get(program)!.ask({ task, mode, ...(output && { output }) });
    if (answer.refused !== undefined) notes.add(`${name} can't do "${task}": ${answer.refused}.`);
    else if (output) found.outputs.set(name, output);
    return answer;
  };
  try {
    for (const one of entered) {
      const { seconds, fresh } = await ask(one, "prepare");
      if (seconds !== undefined && fresh && rows.includes("prepare"))
        found.note({ contestant: one.name, task: "prepare", seconds });
    }
    for (const task of rows.filter((row) => row !== "prepare"))
      for (let round = WARMED.includes(task) ? -1 : 0; round < options.rounds; round++)
        for (const one of entered) {
          const { seconds } = await ask(one, task);
          if (round >= 0 && seconds !== undefined) found.note({ contestant: one.name, task, seconds });
        }
  } finally {
    for (const program of programs.values()) await program.stop();
  }
}

/** Whole pictures, each contestant in a process of its own: what it takes of memory is its own. */
async function makePictures({ chosen, options, start, found, notes }: Race): Promise<void> {
  const rows = options.rows.filter((row) => PICTURES.includes(row));
  if (rows.length === 0) return;
  for (const { name, program: kind, mode } of chosen) {
    const program = await start(kind);
    if (!program) continue;
    const note = (task: Task, seconds: number) => found.note({ contestant: name, task, seconds });
    try {
      const { refused } = await program.ask({ task: "prepare", mode });
      if (refused !== undefined) notes.add(`${name} can't open the model: ${refused}.`);
      for (const task of refused === undefined ? rows : []) {
        const { seconds, parts = {}, refused: why } = await program.ask({ task, mode });
        if (why !== undefined) notes.add(`${name} can't do "${task}": ${why}.`);
        if (seconds !== undefined) note(task, seconds);
        for (const [part, times] of Object.entries(parts)) for (const time of times) note(part as Task, time);
      }
      const { bytes } = await program.ask({ task: "memory", mode });
      if (bytes !== undefined) found.memory.set(name, bytes);
    } finally {
      await program.stop();
    }
  }
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
