/**
 * `npm run bench -- --only klein [--model FOLDER] [--python PATH] [--side PIXELS]`: FLUX.2 klein 4B of its full size in Q8_0. How fast it opens, in how much memory it makes a
 * picture, and one step beside stable-diffusion.cpp with the same files and diffusers in bfloat16, in turns.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { parseRequest } from "../../../shared/validate.ts";
import type { CheckpointStore } from "../../checkpoint/files/safetensors.ts";
import { FLUX2_TOKENS } from "../../checkpoint/flux2/model.ts";
import type { Flux2Model } from "../../checkpoint/model.ts";
import type { Graph, GraphOptions } from "../../graph/graph.ts";
import { Weights } from "../../graph/weights.ts";
import { flux2TransformerGraph } from "../../networks/flux2-transformer.ts";
import { qwenGraph } from "../../networks/qwen.ts";
import { FLUX2 } from "../../opening/architectures.ts";
import { chatNetwork } from "../../opening/chat-network.ts";
import type { Network } from "../../opening/network.ts";
import { openWholeModel } from "../../opening/open-whole.ts";
import { denoiserNetwork } from "../../pipeline/denoiser/denoiser-network.ts";
import { flux2Klein } from "../../pipeline/families/flux2-klein.ts";
import { generate } from "../../pipeline/generate.ts";
import { openStudio } from "../../pipeline/open-studio.ts";
import { quantizerFor } from "../../pipeline/weights/narrow.ts";
import { chooseDevice, type Device } from "../../runtime/device.ts";
import { openSession, type Session } from "../../runtime/session.ts";
import { tensor } from "../../tensor.ts";
import { clock, gibibytes, peakOfProcess, report } from "../report.ts";
import type { Stepper } from "../stepper.ts";
import { kleinFiles, writeRandomKlein } from "./random-klein.ts";
import { diffusersStep, sdCppStep } from "./rivals.ts";

/** Pixels of a side, unless it is told otherwise. */
const SIDE = 512;
const ROUNDS = 2;

export interface KleinOptions {
  /** A folder with files as `kleinFiles` names them; they are written where they are not there. Default: `scratch`. */
  readonly model?: string | undefined;
  /** One that has both other programs. Absent: without them. */
  readonly python?: string | undefined;
  /** Pixels. */
  readonly side?: number | undefined;
  readonly scratch: string;
}

export async function runKlein({ model, python, side = SIDE, scratch }: KleinOptions): Promise<number> {
  const folder = model === undefined ? scratch : path.resolve(model);
  const files = kleinFiles(folder);
  if (!existsSync(files.transformer)) {
    console.log("Writing a random FLUX.2 klein 4B of Q8_0 (8.7 GB) …");
    writeRandomKlein(folder);
  }
  const device = await chooseDevice();
  console.log(`On ${device.info.name}`);
  // Stays with the files, so that the next run has it.
  const place = { device, narrowFolder: path.join(folder, "narrow"), side };
  const klein = await openWholeModel(files.transformer, { architectures: [FLUX2] });
  for (const [name, open] of [
    ["text encoder", textSession],
    ["transformer", transformerSession],
  ] as const) {
    await clock(async () => (await open(klein, place)).release());
    const [session, seconds] = await clock(() => open(klein, place));
    await session.release();
    report(`Opening the ${name}, warm`, `${seconds.toFixed(2)} s`);
  }
  const ours = await ownStep(klein, place);
  const rivals: (readonly [string, Stepper])[] = [];
  try {
    if (python !== undefined) {
      rivals.push(["stable-diffusion.cpp, the same file", await sdCppStep(python, side, files)]);
      rivals.push(["diffusers, bfloat16", await diffusersStep(python, side)]);
    }
    await inTurns(ours, rivals, side);
  } finally {
    await ours.stop();
    for (const [, rival] of rivals) rival.stop();
  }
  const seconds = await pictureSeconds(files.transformer, place);
  report(`A picture of ${side} × ${side} in one step, all in all`, `${seconds.toFixed(1)} s`);
  report("Most memory resident", gibibytes(peakOfProcess()));
  return 0;
}

/** The best of each counts: the speed of a shared machine drifts. */
async function inTurns(
  ours: Pick<Stepper, "step">,
  rivals: readonly (readonly [string, Stepper])[],
  side: number,
): Promise<void> {
  const all: (readonly [string, Pick<Stepper, "step">])[] = [["ours", ours], ...rivals];
  const best = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, program] of all)
      best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, await program.step()));
  const own = best.get("ours")!;
  report(`One step of ${side} × ${side}`, `${own.toFixed(1)} s`);
  for (const [name] of rivals) {
    const theirs = best.get(name)!;
    report(`  ${name}, in turns with ours`, `${theirs.toFixed(1)} s: ours takes ${(own / theirs).toFixed(2)} of it`);
  }
}

interface Place {
  readonly device: Device;
  readonly narrowFolder: string;
  readonly side: number;
}

async function pictureSeconds(file: string, { side, ...place }: Place): Promise<number> {
  const studio = openStudio({ ...place, library: { resolve: () => file }, names: "paths" });
  const fields = { width: side, height: side, seed: 1, steps: 1, guidanceScale: 1 };
  const request = parseRequest({ model: file, prompt: "a red cat", ...fields });
  const drawn = async () => {
    for await (const _ of generate(request, new Map(), studio)) void _;
  };
  return (await clock(drawn).finally(() => studio.close()))[1];
}

const placesOf = (side: number): number => (side / 16) ** 2;

/** A network as pictures open it. */
async function sessionOf(
  network: Network<CheckpointStore>,
  { device, narrowFolder, side }: Place,
  build: (weights: Weights, options: GraphOptions) => Graph,
): Promise<Session> {
  const quantizer = await quantizerFor(network, undefined, () => narrowFolder);
  const options = { dialect: device.dialect, ...(quantizer && { quantizer }) };
  return openSession(build(new Weights(network.weights), options), device, { symbols: { S: placesOf(side) } });
}

const textSession = ({ text }: Flux2Model, place: Place): Promise<Session> =>
  sessionOf(chatNetwork(text), place, (weights, options) =>
    qwenGraph(text.component.config, weights, { tokens: FLUX2_TOKENS, hiddenStates: text.states }, options),
  );

const transformerSession = (model: Flux2Model, place: Place): Promise<Session> =>
  sessionOf(denoiserNetwork({ model, family: flux2Klein }), place, (weights, options) =>
    flux2TransformerGraph(model.denoiser.config, weights, { tokens: FLUX2_TOKENS }, options),
  );

async function ownStep(model: Flux2Model, place: Place) {
  const { config } = model.denoiser;
  const session = await transformerSession(model, place);
  const places = placesOf(place.side);
  const waves = (...dims: number[]) =>
    tensor(
      Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)),
      dims,
    );
  const angles = [places + FLUX2_TOKENS, config.attention_head_dim / 2];
  const feeds = {
    ...{ latent: waves(1, places, config.in_channels), text: waves(1, FLUX2_TOKENS, config.joint_attention_dim) },
    ...{ timestep: tensor(Float32Array.of(500), [1]), cos: waves(...angles), sin: waves(...angles) },
  };
  return { step: async () => (await clock(() => session.run(feeds)))[1], stop: () => session.release() };
}
