/** The bench without a part's name: opening, a guided step beside diffusers', rounded weights, LoRA, a whole picture. */
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
import type { Device } from "../runtime/device.ts";
import { openSession, runtimeClock } from "../runtime/session.ts";
import { deviationsFrom } from "./deviations.ts";
import { startDiffusers } from "./diffusers.ts";
import { RANKS, reportLora } from "./lora.ts";
import { openUNet } from "./open-unet.ts";
import { runOpening } from "./openings.ts";
import { pictureUNet } from "./picture-unet.ts";
import { clock, gibibytes, peakOfProcess, report } from "./report.ts";
import { sineFeeds } from "./sine-feeds.ts";
import type { Stepper } from "./stepper.ts";

const STEPS = 3;

interface Options {
  /** One that has diffusers. Absent: without it. */
  readonly python: string | undefined;
  readonly scratch: string;
}

/** Resolves to the exit code. */
export async function runWhole(place: string, device: Device, { python, scratch }: Options): Promise<number> {
  await runOpening(place, device);
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
