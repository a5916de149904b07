/**
 * `npm run bench -- --only lora`: what a LoRA for every linear layer takes beside an open UNet, exact and fast: to add it, to change
 * its weight, and a guided step with it, in turns with one without.
 */
import path from "node:path";
import { openLora } from "../checkpoint/lora/lora-file.ts";
import { networksOf, planLora } from "../checkpoint/lora/plan-lora.ts";
import type { UNetModel } from "../checkpoint/model.ts";
import { forIntegers } from "../graph/dialect.ts";
import type { Quantizer } from "../graph/graph.ts";
import { denoiserNetwork } from "../pipeline/denoiser/denoiser-network.ts";
import { stableDiffusion } from "../pipeline/families/stable-diffusion.ts";
import { adapt, createLoraMemory } from "../pipeline/weights/lora-slots.ts";
import { narrowWeights } from "../pipeline/weights/narrow.ts";
import type { Device } from "../runtime/device.ts";
import { integersAreRight } from "../runtime/integers.ts";
import { openStep } from "./guided-step.ts";
import { openUNet } from "./open-unet.ts";
import { pictureUNet } from "./picture-unet.ts";
import { writeRandomLora } from "./random-lora.ts";
import { clock, report } from "./report.ts";
import { type Spent, spentOn, spreadOf } from "./spent.ts";
import { stepFeeds } from "./step-feeds.ts";

const ROUNDS = 9;
export const RANKS = [16, 128] as const;

/** Resolves to the exit code. */
export async function runLora(place: string, device: Device, scratch: string): Promise<number> {
  const model = await openUNet(place);
  const inIntegers = device.info.provider === "cpu" && (await integersAreRight());
  const network = denoiserNetwork({ model, family: stableDiffusion });
  const quantizer = inIntegers ? await narrowWeights(network, "int8", scratch) : undefined;
  for (const rank of RANKS) {
    await reportLora(model, device, { rank, scratch });
    if (quantizer)
      await reportLora(model, { ...device, dialect: forIntegers(device.dialect) }, { rank, scratch, quantizer });
  }
  return 0;
}

interface Case {
  readonly rank: number;
  readonly scratch: string;
  /** Of the fast format. Absent: exact. */
  readonly quantizer?: Quantizer;
}

/** Measures a LoRA of `rank` and prints it. */
export async function reportLora(model: UNetModel, device: Device, options: Case): Promise<void> {
  const { adding, opening, weight, step } = await loraSeconds(model, device, options);
  const format = options.quantizer ? ", fast" : "";
  report(`Adding a LoRA of rank ${options.rank}, for every linear layer${format}`, `${adding.toFixed(2)} s`);
  report("  opening the network with places for it, once", `${opening.toFixed(2)} s`);
  report("  another weight of it", `${(1000 * weight).toFixed(0)} ms`);
  const [least, middle, most] = spreadOf(step.map(({ seconds }) => seconds));
  const [, cpu] = spreadOf(step.map((one) => one.cpu));
  const spread = `${least.toFixed(2)} to ${most.toFixed(2)}`;
  report(
    "  a step with it",
    `${middle.toFixed(2)} of one without (${spread}), ${cpu.toFixed(2)} of its processor time`,
  );
}

/** In seconds; `step`: what one with it takes of the one without that ran before, for each round. */
async function loraSeconds(model: UNetModel, device: Device, { rank, scratch, quantizer }: Case) {
  const file = path.join(scratch, `lora-${rank}.safetensors`);
  writeRandomLora(model, rank, file);
  const { weights } = model.denoiser;
  const [plan, reading] = await clock(async () => planLora(openLora(file), networksOf(model)));
  const alone = await openStep(model, device, { quantizer });
  const loras = [{ plan, weight: 1, textEncoderWeight: 1 }];
  const [session, opening] = await clock(() => openStep(model, device, { quantizer, loras }));
  const memory = createLoraMemory();
  const at = (weight: number) =>
    clock(async () =>
      adapt([{ plan, weight, textEncoderWeight: weight }], "unet", {
        weights,
        dialect: device.dialect,
        memory,
      }).feedsFor(session.inputs),
    );
  const [, first] = await at(0.8);
  const [added, weight] = await at(0.5);
  const feeds = stepFeeds(pictureUNet(model, device), model.nativeSize);
  const step: Spent[] = [];
  try {
    // The first round is to wake up.
    for (let round = 0; round <= ROUNDS; round++) {
      const without = await spentOn(() => alone.run(feeds));
      const adapted = await spentOn(() => session.run({ ...feeds, ...added }));
      if (round > 0) step.push({ seconds: adapted.seconds / without.seconds, cpu: adapted.cpu / without.cpu });
    }
  } finally {
    await session.release();
    await alone.release();
  }
  return { adding: reading + first, opening, weight, step };
}
