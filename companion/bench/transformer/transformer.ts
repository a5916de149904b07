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
import { chooseDevice, type Device } from "../../runtime/device.ts";
import { openSession, type Session } from "../../runtime/session.ts";
import { elementCount, tensor } from "../../tensor.ts";
import { clock, gibibytes, peakOfProcess, report } from "../report.ts";
import type { Stepper } from "../stepper.ts";
import { diffusersStep, sdCppStep } from "./rivals.ts";
import type { Subject } from "./subject.ts";

/** Pixels of a side, unless it is told otherwise. */
const SIDE = 512;
const ROUNDS = 3;

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
  for (const [name, open] of [
    ["text encoder", textSession],
    ["transformer", transformerSession],
  ] as const) {
    await clock(async () => (await open(opened, place)).release());
    const [session, seconds] = await clock(() => open(opened, place));
    await session.release();
    report(`Opening the ${name}, warm`, `${seconds.toFixed(2)} s`);
  }
  const ours = await ownStep(opened, place);
  try {
    report(`One step of ${side} × ${side}`, `${(await ours.step()).toFixed(1)} s`);
    if (python !== undefined) {
      await inTurns(ours, "stable-diffusion.cpp, the same file", () => sdCppStep(python, side, files));
      await inTurns(ours, "diffusers, bfloat16", () => diffusersStep(python, subject.diffusers, places));
    }
  } finally {
    await ours.stop();
  }
  const seconds = await pictureSeconds(files.transformer, side, place);
  report(`A picture of ${side} × ${side} in one step, all in all`, `${seconds.toFixed(1)} s`);
  report("Most memory resident", gibibytes(peakOfProcess()));
  return 0;
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
  const share = `ours takes ${(least / other).toFixed(2)} of it (${least.toFixed(1)} s)`;
  report(`  ${name}, in turns with ours`, `${other.toFixed(1)} s: ${share}`);
}

interface Place<M extends ChatModel> {
  readonly subject: Subject<M>;
  readonly device: Device;
  readonly narrowFolder: string;
  /** Of a picture. */
  readonly places: number;
}

async function pictureSeconds<M extends ChatModel>(file: string, side: number, place: Place<M>): Promise<number> {
  const { device, narrowFolder } = place;
  const studio = openStudio({ device, narrowFolder, library: { resolve: () => file }, names: "paths" });
  // No guidance, in either way of counting it.
  const fields = { width: side, height: side, seed: 1, steps: 1, guidanceScale: place.subject.noGuidance };
  const request = parseRequest({ model: file, prompt: "a red cat", ...fields });
  const drawn = async () => {
    for await (const _ of generate(request, new Map(), studio)) void _;
  };
  return (await clock(drawn).finally(() => studio.close()))[1];
}

/** A network as pictures open it. */
async function sessionOf<M extends ChatModel>(
  network: Network<CheckpointStore>,
  { subject, device, narrowFolder, places }: Place<M>,
  build: (weights: Weights, options: GraphOptions) => Graph,
): Promise<Session> {
  const quantizer = await quantizerFor(network, undefined, () => narrowFolder);
  const options = { dialect: device.dialect, ...(quantizer && { quantizer }) };
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

const SMALL = { batch: 1, height: 16, width: 16 };

const transformerSession = <M extends ChatModel>(model: M, place: Place<M>): Promise<Session> =>
  sessionOf(denoiserNetwork({ model, family: place.subject.family }), place, (weights, options) =>
    place.subject.family.denoiserGraph(model, weights, SMALL, options),
  );

/** Waves for whatever it reads. */
async function ownStep<M extends ChatModel>(model: M, place: Place<M>) {
  const session = await transformerSession(model, place);
  const feeds = Object.fromEntries(
    [...session.inputs].map(([name, told]) => {
      const dims = told.map((dim) => dimIn(dim, symbolsOf(place)));
      const values = Float32Array.from({ length: elementCount(dims) }, (_, i) => Math.sin(i));
      return [name, tensor(values, dims)];
    }),
  );
  return { step: async () => (await clock(() => session.run(feeds)))[1], stop: () => session.release() };
}
