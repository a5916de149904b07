/**
 * What waiting for networks costs a designer who goes to and fro: between two models, and between sizes of pictures, exact and
 * fast. Every figure is what pictures of one step waited for networks to open, by the sessions' own clock; the files are warm.
 */
import path from "node:path";
import type { Size } from "../../shared/geometry.ts";
import type { GenerateRequest } from "../../shared/request.ts";
import { parseRequest } from "../../shared/validate.ts";
import { generate } from "../pipeline/generate.ts";
import { openStudio, type PipelineStudio } from "../pipeline/open-studio.ts";
import type { Device } from "../runtime/device.ts";
import { integersAreRight } from "../runtime/integers.ts";
import { MODEL_SHAPES, writeRandomModel } from "./random-model.ts";
import { gibibytes, report, UNMET } from "./report.ts";
import { type ShapesName, USUAL_SHAPES } from "./shapes.ts";
import { startOfCompanion } from "./start.ts";

/** Of opening everything that a picture waits for, seconds. */
const TARGET = 0.3;
const ROUNDS = 5;
/** Enough for two models of Stable Diffusion 1.5's size; the default is half of the machine's memory. */
const FOR_TWO = 9 * 2 ** 30;
/** Of pictures whose steps take seconds. */
const FEW_ROUNDS = 3;
/** What most pictures of Stable Diffusion 1.5 are, with guidance: both runs of a step together. */
const USUAL = { width: 512, height: 512, guidanceScale: 7.5 } as const;
/** Where only opening is looked at, pictures are small. */
const SMALL: Size = { width: 128, height: 128 };
const SIZES: readonly Size[] = [
  { width: 520, height: 776 },
  { width: 512, height: 768 },
  { width: 640, height: 448 },
];
const FORMATS: readonly (readonly [name: string, more: Partial<GenerateRequest>])[] = [
  ["exact", {}],
  ["fast", { quantize: "int8" }],
];

/** Resolves to the exit code: UNMET where something that was open is opened again. */
export async function runSwitching(
  place: string,
  device: Device,
  { scratch, shapes = USUAL_SHAPES }: { readonly scratch: string; readonly shapes: ShapesName | undefined },
): Promise<number> {
  await startOfCompanion();
  const second = path.join(scratch, "second");
  console.error("Writing a second random model …");
  writeRandomModel(second, MODEL_SHAPES[shapes]);
  const right = await integersAreRight();
  let isKept = true;
  for (const format of FORMATS.filter(([, { quantize }]) => right || quantize === undefined)) {
    const open = (memoryBudget?: number) =>
      openStudio({ device, library: { resolve: (name) => name }, names: "paths", narrowFolder: scratch, memoryBudget });
    isKept = (await betweenModels(open(FOR_TWO), [place, second], format)) && isKept;
    isKept = (await betweenSizes(open(), place, format)) && isKept;
  }
  return isKept ? 0 : UNMET;
}

type Format = (typeof FORMATS)[number];

/** True where nothing is opened twice. Closes the studio. */
async function betweenModels(
  studio: PipelineStudio,
  models: readonly string[],
  [name, more]: Format,
): Promise<boolean> {
  try {
    const paint = (model: string) => opening(studio, { ...more, ...SMALL, model }, "whole");
    // Whatever is done once for a file is done now: its weights are rounded, and read from the disk.
    for (const model of models) await paint(model);
    const times: number[] = [];
    for (let round = 0; round < 2; round++) for (const model of models) times.push(await paint(model));
    report(`Two models in turns, ${name}`, `${inSeconds(times)} of opening, within ${gibibytes(studio.sessions.room)}`);
    return times.every((seconds) => seconds === 0);
  } finally {
    await studio.close();
  }
}

/** True where nothing is opened twice. Closes the studio. */
async function betweenSizes(studio: PipelineStudio, model: string, [name, more]: Format): Promise<boolean> {
  try {
    const again: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      await studio.sessions.close();
      again.push(await opening(studio, { ...more, ...SMALL, model }, "whole"));
    }
    const [least, middle] = leastAndMiddle(again.slice(1));
    report(
      `Opening again all that a picture needs, ${name}`,
      `${least.toFixed(2)} s at best, ${middle.toFixed(2)} s (median of ${ROUNDS}); asked for: ${TARGET} s`,
    );
    const waits: Waited[] = [];
    for (let round = 0; round <= FEW_ROUNDS; round++) {
      await studio.sessions.close();
      waits.push(await waited(studio, { ...more, ...USUAL, model, prompt: `apple ${round}` }, "one step"));
    }
    const [best, usual] = leastAndMiddle(waits.slice(1).map(({ besides }) => besides));
    const [opened] = leastAndMiddle(waits.slice(1).map(({ opening }) => opening));
    report(
      `From a job to its first step, ${inWords(USUAL)}, ${name}`,
      `${best.toFixed(2)} s at best, ${usual.toFixed(2)} s (median of ${FEW_ROUNDS}) besides running networks; ${opened.toFixed(2)} s of opening at best`,
    );
    const whole = () => opening(studio, { ...more, ...USUAL, model, prompt: "another apple" }, "whole");
    await whole();
    report(`Another picture of ${inWords(USUAL)}, ${name}`, `${inSeconds([await whole()])} of opening`);
    const first: number[] = [];
    const back: number[] = [];
    for (const size of SIZES) first.push(await opening(studio, { ...more, ...size, model }, "one step"));
    for (const size of SIZES) back.push(await opening(studio, { ...more, ...size, model }, "one step"));
    report(`A step at ${SIZES.map(inWords).join(", ")}, ${name}`, `${inSeconds(first)} of opening`);
    report("  at the same sizes once more", `${inSeconds(back)}, within ${gibibytes(studio.sessions.room)}`);
    return back.every((seconds) => seconds === 0);
  } finally {
    await studio.close();
  }
}

/** Seconds that a picture waits for networks to open: until its first step was drawn, or until it is decoded. */
const opening = async (...of: Parameters<typeof waited>): Promise<number> => (await waited(...of)).opening;

/** In seconds. */
interface Waited {
  readonly opening: number;
  /** For all that is not running networks: opening them, reading the request, deciding what fits into memory. */
  readonly besides: number;
}

/** Until a picture's first step was drawn, or until it is decoded. */
async function waited(
  studio: PipelineStudio,
  fields: Partial<GenerateRequest>,
  until: "one step" | "whole",
): Promise<Waited> {
  const request = parseRequest({ prompt: "a red apple", guidanceScale: 1, ...fields, seed: 1, steps: 1 });
  const before = { ...studio.sessions.spent };
  const begin = performance.now();
  for await (const { type } of generate(request, new Map(), studio)) if (type === "step" && until === "one step") break;
  const { opening, running } = studio.sessions.spent;
  const all = performance.now() - begin;
  return { opening: (opening - before.opening) / 1000, besides: (all - (running - before.running)) / 1000 };
}

function leastAndMiddle(values: readonly number[]): readonly [least: number, middle: number] {
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[0]!, sorted[sorted.length >> 1]!];
}

const inSeconds = (times: readonly number[]): string => `${times.map((seconds) => seconds.toFixed(2)).join(", ")} s`;

const inWords = ({ width, height }: Size): string => `${width}×${height}`;
