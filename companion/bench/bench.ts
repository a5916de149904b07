/**
 * `npm run bench -- [--model PATH] [--python PATH] [--side PIXELS] [--plot FILE] [--only opening | fast | less-work | lora | around | growth | klein | likeness | live | quality | queue | recognition | switching | z-image]`: how fast this machine opens a model of any family, in
 * how much memory, and paints a picture of its native size with guidance; and how that compares with diffusers on PyTorch,
 * for Stable Diffusion 1; `--peers` (peers/peers.ts) sets it beside several programs. Without a model, one of Stable Diffusion 1.5's size with random weights is written to the
 * temporary folder (4.3 GB) and removed at the end.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { Problem } from "../../shared/problem.ts";
import { parseRequest } from "../../shared/validate.ts";
import type { UNetModel } from "../checkpoint/model.ts";
import { timeIdCount } from "../checkpoint/parts/model-kind.ts";
import type { Quantizer } from "../graph/graph.ts";
import type { Bits } from "../graph/quantize.ts";
import { Weights } from "../graph/weights.ts";
import { unetGraph } from "../networks/unet.ts";
import { planNarrow } from "../opening/plan-narrow.ts";
import { denoiserNetwork } from "../pipeline/denoiser/denoiser-network.ts";
import { stableDiffusion } from "../pipeline/families/stable-diffusion.ts";
import { generate } from "../pipeline/generate.ts";
import { openStudio } from "../pipeline/open-studio.ts";
import { narrowWeights } from "../pipeline/weights/narrow.ts";
import { chooseDevice, type Device } from "../runtime/device.ts";
import { openSession, runtimeClock } from "../runtime/session.ts";
import { runAround } from "./around.ts";
import { deviationsFrom } from "./deviations.ts";
import { startDiffusers } from "./diffusers.ts";
import { runFast } from "./fast.ts";
import { measureGrowth, runGrowth } from "./growth/growth.ts";
import { runLessWork } from "./less-work.ts";
import { runLikeness } from "./likeness.ts";
import { runLive } from "./live/live.ts";
import { RANKS, reportLora, runLora } from "./lora.ts";
import { openUNet } from "./open-unet.ts";
import { openings } from "./openings.ts";
import { parsePeers } from "./peers/options.ts";
import { serveOwn } from "./peers/own-program.ts";
import { runPeers } from "./peers/peers.ts";
import { pictureUNet } from "./picture-unet.ts";
import { runQuality } from "./quality/quality.ts";
import { runQueueOverhead } from "./queue-overhead.ts";
import { writeRandomModel } from "./random-model.ts";
import { runRecognition } from "./recognition.ts";
import { clock, gibibytes, peakOfProcess, report } from "./report.ts";
import { sineFeeds } from "./sine-feeds.ts";
import type { Stepper } from "./stepper.ts";
import { runSwitching } from "./switching.ts";
import { KLEIN } from "./transformer/klein.ts";
import { runTransformer, servePicture } from "./transformer/transformer.ts";
import { Z_IMAGE_TURBO } from "./transformer/z-image.ts";

const STEPS = 3;

/** Resolves to the exit code; throws Problem. */
export async function runBench(argv: string[]): Promise<number> {
  const [first, ...rest] = argv;
  if (first === "--serve-peer") return serve(rest);
  if (first === "--serve-growth") return measureGrowth(Number(rest[0]), Number(rest[1]));
  if (first === "--serve-picture") return servePicture(rest[0] === KLEIN.key ? KLEIN : Z_IMAGE_TURBO, rest.slice(1));
  if (first === "--peers") return inScratch((scratch) => runPeers(parsePeers(rest), scratch));
  const { model: given, python, only, side, plot } = readArguments(argv);
  if (only === "quality") return runQuality();
  if (only === "likeness") return runLikeness();
  if (only === "live") return runLive();
  if (only === "queue") return runQueueOverhead();
  if (only === "growth") return runGrowth(plot);
  return inScratch(async (scratch) => {
    if (only === "recognition") return await runRecognition(scratch);
    if (only === "klein") return await runTransformer(KLEIN, { model: given, python, side, scratch });
    if (only === "z-image") return await runTransformer(Z_IMAGE_TURBO, { model: given, python, side, scratch });
    if (given === undefined) {
      console.log("Writing a random model (4.3 GB) …");
      writeRandomModel(scratch);
    }
    const place = given === undefined ? scratch : path.resolve(given);
    const device = await chooseDevice();
    console.log(`On ${device.info.name}`);
    if (only === "fast") return await runFast(place, device, scratch);
    if (only === "switching") return await runSwitching(place, device, scratch);
    if (only === "around") return await runAround(place, device);
    if (only === "lora") return await runLora(place, device, scratch);
    if (only === "less-work") return await runLessWork(place, device, { side, narrowFolder: scratch });
    await reportOpenings(place, device);
    if (only === "opening") return 0;
    const model = await openUNet(place);
    const theirs = python === undefined ? undefined : await startDiffusers(python, model.denoiser.config);
    const times = await stepSeconds(model, device, theirs).finally(() => theirs?.stop());
    report("One guided step", `${times.ours.toFixed(2)} s`);
    for (const bits of [8, 4] as const) {
      const { loss, bytes } = await quantizationLoss(model, device, { bits, scratch });
      const off = `${(100 * loss).toFixed(2)} % off the exact one`;
      report(`  with weights of ${bits} bits`, `${off}, in ${gibibytes(bytes)}`);
    }
    if (theirs)
      report(
        "One guided step of diffusers, in turns with ours",
        `${times.theirs.toFixed(2)} s: ours takes ${(times.ours / times.theirs).toFixed(2)} of it`,
      );
    for (const rank of RANKS) await reportLora(model, device, { rank, scratch });
    const picture = await pictureSeconds(place, device);
    report(`A picture of ${STEPS} steps, all in all`, `${picture.seconds.toFixed(1)} s`);
    const share = 1 - picture.inNetworks / picture.seconds;
    report("  of it outside opening and running networks", `${(100 * share).toFixed(1)} %`);
    report("Most memory resident", gibibytes(peakOfProcess()));
    if (python !== undefined) {
      const { step, decode, text } = await deviationsFrom(python, model, { device, scratch });
      const share = (value: number) => `${value.toExponential(1)} of the largest value`;
      report("One guided step, from diffusers' of this file", share(step));
      report("One VAE decode, from diffusers'", share(decode));
      report("The text embedding, from diffusers'", share(text));
    }
    return 0;
  });
}

/** What `--peers` starts for ours. */
const serve = ([repeats, model, inputs, kept]: readonly string[]) =>
  serveOwn({ model: model!, inputs: inputs!, kept: kept! }, Number(repeats));

async function inScratch<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(path.join(tmpdir(), "underpaint-bench-"));
  try {
    return await body(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function reportOpenings(place: string, device: Device): Promise<void> {
  const found = await openings(place, device);
  const needed = found.filter(({ needed }) => needed === "first step");
  const all = {
    what: "what the first step needs",
    seconds: needed.reduce((sum, { seconds }) => sum + seconds, 0),
    bytes: needed.reduce<number | undefined>(
      (sum, { bytes }) => (sum !== undefined && bytes !== undefined ? sum + bytes : undefined),
      0,
    ),
  };
  for (const { what, seconds, bytes } of [...found, all])
    report(
      `Opening ${what}, warm`,
      `${seconds.toFixed(2)} s${bytes === undefined ? "" : `, ${gibibytes(bytes)} beyond the file`}`,
    );
}

function readArguments(argv: string[]): {
  model?: string;
  python?: string;
  only?: string;
  side?: number;
  plot?: string;
} {
  const text = { type: "string" } as const;
  const wrong = (what: string) =>
    new Problem(
      "request-invalid",
      `${what}: use underpaint bench [--model PATH] [--python PATH] [--side PIXELS] [--plot FILE] [--only opening | fast | less-work | lora | around | growth | klein | likeness | live | quality | queue | recognition | switching | z-image]`,
    );
  try {
    const { values } = parseArgs({
      args: argv,
      options: { model: text, python: text, only: text, side: text, plot: text },
    });
    const side = values.side === undefined ? undefined : Number(values.side);
    if (side !== undefined && !(side >= 64 && side % 16 === 0))
      throw wrong(`A side of "${values.side}" is no multiple of 16`);
    if (
      values.only === undefined ||
      [
        "opening",
        "fast",
        "less-work",
        "lora",
        "around",
        "growth",
        "klein",
        "likeness",
        "live",
        "quality",
        "queue",
        "recognition",
        "switching",
        "z-image",
      ].includes(values.only)
    )
      return { ...values, side };
    throw wrong(`There is no part "${values.only}"`);
  } catch (error) {
    throw error instanceof Problem ? error : wrong((error as Error).message);
  }
}

/**
 * Runs the UNet at the model's native size, in turns with diffusers where it takes part, because the
 * speed of a shared machine drifts; the best run of each counts.
 */
async function stepSeconds(model: UNetModel, device: Device, diffusers?: Stepper) {
  const graph = pictureUNet(model, device);
  const session = await openSession(graph, device);
  const feeds = sineFeeds(graph);
  let [ours, theirs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < STEPS; i++) {
    ours = Math.min(ours, (await clock(() => session.run(feeds)))[1]);
    if (diffusers) theirs = Math.min(theirs, await diffusers.step());
  }
  await session.release();
  return { ours, theirs };
}

/** How far one step of the UNet with narrowed weights is from the exact one, as a share of its length, and what those take. */
async function quantizationLoss(model: UNetModel, device: Device, { bits, scratch }: { bits: Bits; scratch: string }) {
  const { config, weights } = model.denoiser;
  const shape = { batch: 1, height: 16, width: 16, tokens: 77, timeIds: timeIdCount(model.settings) };
  const step = async (quantizer?: Quantizer) => {
    const graph = unetGraph(config, new Weights(weights), shape, { dialect: device.dialect, quantizer });
    const session = await openSession(graph, device);
    try {
      return (await session.run(sineFeeds(graph))).out!.data;
    } finally {
      await session.release();
    }
  };
  const network = denoiserNetwork({ model, family: stableDiffusion });
  const [exact, found] = [await step(), await step(await narrowWeights(network, bits, scratch))];
  const length = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return {
    loss: length(found.map((value, i) => value - exact[i]!)) / length(exact),
    bytes: planNarrow(network, bits, "/planned").bytes,
  };
}

async function pictureSeconds(place: string, device: Device): Promise<{ seconds: number; inNetworks: number }> {
  const studio = openStudio({ device, library: { resolve: () => place }, names: "paths" });
  try {
    const { nativeSize } = await studio.openModel(place);
    const request = parseRequest({
      model: place,
      prompt: "a red apple on a wooden table",
      width: nativeSize,
      height: nativeSize,
      seed: 1,
      steps: STEPS,
      guidanceScale: 7.5,
    });
    const before = runtimeClock.seconds;
    const [, seconds] = await clock(async () => {
      for await (const _ of generate(request, new Map(), studio)) void _;
    });
    return { seconds, inNetworks: runtimeClock.seconds - before };
  } finally {
    await studio.close();
  }
}
