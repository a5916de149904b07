/**
 * `npm run bench -- --only klein | z-image [--model FOLDER] [--python PATH] [--side PIXELS]`: a transformer of its full size in Q8_0.
 * How fast it opens, in how much memory it makes a picture, and one step beside stable-diffusion.cpp with the same files and
 * diffusers in bfloat16, in turns.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { parseRequest } from "../../../shared/validate.ts";
import type { CheckpointStore } from "../../checkpoint/files/safetensors.ts";
import type { ChatEncoder, Model } from "../../checkpoint/model.ts";
import { forIntegers } from "../../graph/dialect.ts";
import { dimIn } from "../../graph/dim.ts";
import type { Graph, GraphOptions } from "../../graph/graph.ts";
import { Weights } from "../../graph/weights.ts";
import { qwenGraph } from "../../networks/qwen.ts";
import { chatNetwork } from "../../opening/chat-network.ts";
import type { Network } from "../../opening/network.ts";
import { openWholeModel } from "../../opening/open-whole.ts";
import { denoiserNetwork } from "../../pipeline/denoiser/denoiser-network.ts";
import { generate } from "../../pipeline/generate.ts";
import { openStudio } from "../../pipeline/open-studio.ts";
import { quantizerFor } from "../../pipeline/weights/narrow.ts";
import { createGenerator } from "../../random/generator.ts";
import { chooseDevice, type Device } from "../../runtime/device.ts";
import { openSession, type Session } from "../../runtime/session.ts";
import { elementCount, type Tensor, tensor } from "../../tensor.ts";
import { apart } from "../fast.ts";
import { inOwnProcess } from "../own-process.ts";
import { clock, gibibytes, peakOfProcess, report } from "../report.ts";
import type { Stepper } from "../stepper.ts";
import { diffusersStep, sdCppStep } from "./rivals.ts";
import type { Subject } from "./subject.ts";

/** Pixels of a side, unless it is told otherwise. */
const SIDE = 512;
const ROUNDS = 2;

export interface TransformerOptions {
  /** A folder with files as the subject names them; they are written where they are not there. Default: `scratch`. */
  readonly model?: string | undefined;
  /** One that has both other programs. Absent: without them. */
  readonly python?: string | undefined;
  /** Pixels. */
  readonly side?: number | undefined;
  readonly scratch: string;
}

type ChatModel = Model & { readonly text: ChatEncoder };

export async function runTransformer<M extends ChatModel>(
  subject: Subject<M>,
  { model, python, side = SIDE, scratch }: TransformerOptions,
): Promise<number> {
  const folder = model === undefined ? scratch : path.resolve(model);
  const files = subject.files(folder);
  if (!existsSync(files.transformer)) {
    console.log(`Writing a random ${subject.name} of Q8_0 …`);
    subject.write(folder);
  }
  const device = await chooseDevice();
  console.log(`On ${device.info.name}`);
  const opened = await openWholeModel(files.transformer, { architectures: [subject.architecture] });
  const places = side / subject.pixelsOfPlace;
  // The folder stays with the files, so that the next run has it.
  const place = { subject, device, narrowFolder: path.join(folder, "narrow"), places: places ** 2 };
  const fastPlace = { ...place, format: "int8" } as const;
  for (const [name, open] of [
    ["text encoder", () => textSession(opened, place)],
    ["transformer", () => transformerSession(opened, place)],
    ["transformer, fast", () => transformerSession(opened, fastPlace)],
  ] as const) {
    const [, first] = await clock(async () => (await open()).release());
    const [session, seconds] = await clock(open);
    await session.release();
    report(`Opening the ${name}, warm`, `${seconds.toFixed(2)} s (the first time ${first.toFixed(2)} s)`);
  }
  for (const way of ["exact", "fast"] as const) {
    const { seconds, bytes } = inOwnProcess(["--serve-picture", subject.key, folder, String(side), way]);
    report(`A picture of ${side} × ${side} in one step, ${way}, all in all`, `${seconds.toFixed(1)} s`);
    report("  most memory resident", gibibytes(bytes));
  }
  await besideExact(opened, place);
  if (python === undefined) return 0;
  const fast = await ownStep(opened, fastPlace);
  try {
    await inTurns(fast, "stable-diffusion.cpp, the same file", () => sdCppStep(python, side, files));
    await inTurns(fast, "diffusers, bfloat16", () => diffusersStep(python, subject.diffusers, places));
  } finally {
    await fast.stop();
  }
  return 0;
}

/** The second way of computing beside the first, in turns, and how far apart they are. */
async function besideExact<M extends ChatModel>(model: M, place: Place<M>): Promise<void> {
  const exact = await ownStep(model, place);
  const fast = await ownStep(model, { ...place, format: "int8" });
  try {
    const times = { exact: [] as number[], fast: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      times.exact.push(await exact.step());
      times.fast.push(await fast.step());
    }
    const [own, other] = [Math.min(...times.exact), Math.min(...times.fast)];
    report("One step, exact", `${own.toFixed(1)} s`);
    report("  fast", `${other.toFixed(1)} s, ${(other / own).toFixed(2)} of it`);
    const share = 100 * apart(fast.found(), exact.found());
    report("  of the largest value", `${share.toFixed(2)} % apart at the most`);
  } finally {
    await exact.stop();
    await fast.stop();
  }
}

/** One other program at a time, as memory is short; the best of each counts, as the speed of a shared machine drifts. */
async function inTurns(ours: Pick<Stepper, "step">, name: string, start: () => Promise<Stepper>): Promise<void> {
  const rival = await start();
  const [own, theirs]: number[][] = [[], []];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      own!.push(await ours.step());
      theirs!.push(await rival.step());
    }
  } finally {
    rival.stop();
  }
  const [least, other] = [Math.min(...own!), Math.min(...theirs!)];
  const share = `ours, fast, takes ${(least / other).toFixed(2)} of it (${least.toFixed(1)} s)`;
  report(`  ${name}, in turns with ours`, `${other.toFixed(1)} s: ${share}`);
}

interface Place<M extends ChatModel> {
  readonly subject: Subject<M>;
  readonly device: Device;
  readonly narrowFolder: string;
  /** Of a picture. */
  readonly places: number;
  /** Absent: as the file has it, exactly. */
  readonly format?: "int8" | undefined;
}

/** What `runTransformer` starts: one picture, told as a line of JSON. */
export async function servePicture(
  subject: Pick<Subject, "files" | "noGuidance">,
  [folder, side, way]: readonly string[],
): Promise<number> {
  const narrowFolder = path.join(folder!, "narrow");
  const seconds = await pictureSeconds(subject.files(folder!).transformer, Number(side), {
    ...{ subject, device: await chooseDevice(), narrowFolder },
    ...(way === "fast" && { format: "int8" }),
  });
  console.log(JSON.stringify({ seconds, bytes: peakOfProcess() }));
  return 0;
}

interface Painting {
  readonly subject: Pick<Subject, "files" | "noGuidance">;
  readonly device: Device;
  readonly narrowFolder: string;
  readonly format?: "int8";
}

async function pictureSeconds(file: string, side: number, painting: Painting): Promise<number> {
  const { device, narrowFolder, format: quantize } = painting;
  const studio = openStudio({ device, narrowFolder, library: { resolve: () => file }, names: "paths" });
  // No guidance, in either way of counting it.
  const fields = { width: side, height: side, seed: 1, steps: 1, guidanceScale: painting.subject.noGuidance };
  const request = parseRequest({ model: file, prompt: "a red cat", ...fields, ...(quantize && { quantize }) });
  const drawn = async () => {
    for await (const _ of generate(request, new Map(), studio)) void _;
  };
  return (await clock(drawn).finally(() => studio.close()))[1];
}

/** A network as pictures open it. */
async function sessionOf<M extends ChatModel>(
  network: Network<CheckpointStore>,
  { subject, device, narrowFolder, places, format }: Place<M>,
  build: (weights: Weights, options: GraphOptions) => Graph,
): Promise<Session> {
  const quantizer = await quantizerFor(network, format, () => narrowFolder);
  const dialect = format ? forIntegers(device.dialect) : device.dialect;
  const options = { dialect, ...(quantizer && { quantizer }) };
  return openSession(build(new Weights(network.weights), options), device, { symbols: symbolsOf({ subject, places }) });
}

const symbolsOf = ({
  subject,
  places,
}: {
  readonly subject: { readonly tokens: number };
  readonly places: number;
}) => ({
  ...{ S: places, T: subject.tokens },
});

const textSession = <M extends ChatModel>({ text }: M, place: Place<M>): Promise<Session> =>
  sessionOf(chatNetwork(text), place, (weights, options) => {
    const { states: hiddenStates, tokenizer, lastNorm } = text;
    return qwenGraph(text.component.config, weights, { tokens: tokenizer.maxLength, hiddenStates, lastNorm }, options);
  });

/** As small as a latent may be. */
const SMALL = { batch: 1, height: 16, width: 16 };

const transformerSession = <M extends ChatModel>(model: M, place: Place<M>): Promise<Session> =>
  sessionOf(denoiserNetwork({ model, family: place.subject.family }), place, (weights, options) =>
    place.subject.family.denoiserGraph(model, weights, SMALL, options),
  );

/** In the middle of the way from noise to picture. */
const TIMESTEP = 500;

/** Normal numbers for what it reads, but for the time, the places' angles, and padding, of which there is none. */
async function ownStep<M extends ChatModel>(model: M, place: Place<M>) {
  const session = await transformerSession(model, place);
  const { randn } = createGenerator(1);
  const feeds = Object.fromEntries(
    [...session.inputs].map(([name, told]) => {
      const dims = told.map((dim) => dimIn(dim, symbolsOf(place)));
      const filled = (at: (i: number) => number) =>
        tensor(
          Float32Array.from({ length: elementCount(dims) }, (_, i) => at(i)),
          dims,
        );
      if (name.endsWith("cos")) return [name, filled(Math.cos)];
      if (name.endsWith("sin")) return [name, filled(Math.sin)];
      if (name.endsWith("padding")) return [name, filled(() => 0)];
      return [name, name === "timestep" ? filled(() => TIMESTEP) : randn(dims)];
    }),
  );
  let out: Tensor | undefined;
  const step = async () => {
    const [results, seconds] = await clock(() => session.run(feeds));
    out = results.out!;
    return seconds;
  };
  return { step, found: () => out!, stop: () => session.release() };
}
