/** A guided step in whole numbers of 8 bits beside the exact one, in turns: how long each takes, and how far they are apart. */
import { denoiserNetwork } from "../pipeline/denoiser/denoiser-network.ts";
import { stableDiffusion } from "../pipeline/families/stable-diffusion.ts";
import { narrowWeights } from "../pipeline/weights/narrow.ts";
import type { Device } from "../runtime/device.ts";
import type { Tensor } from "../tensor.ts";
import { openStep } from "./guided-step.ts";
import { openUNet } from "./open-unet.ts";
import { pictureUNet } from "./picture-unet.ts";
import { clock, report } from "./report.ts";
import { type Spent, spentOn, spreadOf } from "./spent.ts";
import { stepFeeds } from "./step-feeds.ts";

const ROUNDS = 5;

/** Resolves to the exit code. */
export async function runFast(
  place: string,
  device: Device,
  { scratch, rounds = ROUNDS }: { readonly scratch: string; readonly rounds: number | undefined },
): Promise<number> {
  const model = await openUNet(place);
  const [quantizer, rounding] = await clock(() =>
    narrowWeights(denoiserNetwork({ model, family: stableDiffusion }), "int8", scratch),
  );
  report("Rounding the weights, once for a file", `${rounding.toFixed(1)} s`);
  const [exact, exactOpening] = await clock(() => openStep(model, device));
  const [fast, fastOpening] = await clock(() => openStep(model, device, { quantizer }));
  report("Opening the UNet", `exact ${exactOpening.toFixed(2)} s, fast ${fastOpening.toFixed(2)} s`);
  const feeds = stepFeeds(pictureUNet(model, device), model.nativeSize);
  const runs = { exact: exact.run, fast: fast.run };
  const times = { exact: [] as Spent[], fast: [] as Spent[] };
  const out: Partial<Record<keyof typeof runs, Tensor>> = {};
  // The first round is to wake up.
  for (let round = 0; round <= rounds; round++)
    for (const name of ["exact", "fast"] as const) {
      const { result, ...spent } = await spentOn(() => runs[name](feeds));
      out[name] = result.out!;
      if (round > 0) times[name].push(spent);
    }
  await Promise.all([exact.release(), fast.release()]);
  for (const name of ["exact", "fast"] as const) {
    const [least, middle, most] = spreadOf(times[name].map(({ seconds }) => seconds));
    report(`One guided step, ${name}`, `${middle.toFixed(2)} s (${least.toFixed(2)} to ${most.toFixed(2)})`);
  }
  const ratio = (of: (spent: Spent) => number) =>
    (spreadOf(times.fast.map(of))[1] / spreadOf(times.exact.map(of))[1]).toFixed(2);
  report(
    "  fast takes",
    `${ratio(({ seconds }) => seconds)} of it, and ${ratio(({ cpu }) => cpu)} of its processor time`,
  );
  report("  of the largest value", `${(100 * apart(out.fast!, out.exact!)).toFixed(2)} % apart at the most`);
  return 0;
}

/** The largest difference, as a share of the largest value. */
export function apart(found: Tensor, expected: Tensor): number {
  let [difference, largest] = [0, 0];
  expected.data.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(value - found.data[i]!));
    largest = Math.max(largest, Math.abs(value));
  });
  return difference / largest;
}
