/**
 * `npm run bench -- --only likeness`: whether a character stays itself, with the starter model. Characters are subjects that it
 * knows, each with a sheet of three pictures of its own. Pictures of each are made with the prompt "icon" and its sheet, and with
 * the same seeds without any, and the companion's own score says how much each is like each sheet.
 */
import path from "node:path";
import { type LikenessFact, NEARNESSES, type Nearness, nearness } from "../../shared/likeness.ts";
import { judgeLikeness } from "../pipeline/likeness/judge-likeness.ts";
import { openStudio, type PipelineStudio } from "../pipeline/open-studio.ts";
import { packageRoot } from "../root.ts";
import { cpuDevice } from "../runtime/device.ts";
import { drawWithStarter, lastOf } from "./draw-with-starter.ts";
import { report, UNMET } from "./report.ts";

const CHARACTERS = ["red apple", "rocket", "fox", "house", "penguin", "frog", "car", "sunflower", "donut", "cat face"];
const SEEDS = 10;
const SHEET = ["sheet.0", "sheet.1", "sheet.2"];
/** What the panel gives a character's layers. */
const REFERENCE = { image: SHEET, weight: 0.8, start: 0, end: 1 };

interface Drawn {
  readonly with: readonly Uint8Array[];
  readonly sheet: ReadonlyMap<string, Uint8Array>;
}

export async function runLikeness(): Promise<number> {
  const starter = path.join(packageRoot(), "starter", "weights");
  const studio = openStudio({ device: cpuDevice(), library: { resolve: () => starter } });
  try {
    const seeds = Array.from({ length: SEEDS }, (_, i) => 100 + i);
    const without: Uint8Array[] = [];
    for (const seed of seeds) without.push(await draw(studio, "icon", seed));
    const drawn = new Map<string, Drawn>();
    for (const name of CHARACTERS) drawn.set(name, await drawCharacter(studio, name, seeds));
    return await tell(studio, without, drawn);
  } finally {
    await studio.close();
  }
}

async function drawCharacter(studio: PipelineStudio, name: string, seeds: readonly number[]): Promise<Drawn> {
  const sheet = new Map<string, Uint8Array>();
  for (const [i, image] of SHEET.entries()) sheet.set(image, await draw(studio, name, i + 1));
  const pictures: Uint8Array[] = [];
  for (const seed of seeds) pictures.push(await draw(studio, "icon", seed, sheet));
  return { with: pictures, sheet };
}

async function tell(
  studio: PipelineStudio,
  without: readonly Uint8Array[],
  drawn: ReadonlyMap<string, Drawn>,
): Promise<number> {
  let [least, won, pairs, right] = [SEEDS, 0, 0, 0];
  const words = { own: tally(), others: tally() };
  console.log("| character | with its sheet | without | seeds with more | pairs ranked right |");
  console.log("|---|---|---|---|---|");
  for (const [name, { with: own, sheet }] of drawn) {
    const score = async (pictures: readonly Uint8Array[], said?: Tally) => {
      const { found, unlike } = await judge(studio, pictures, sheet);
      if (said !== undefined) for (const value of found) said[nearness({ value, unlike })]++;
      return found;
    };
    const [mine, control] = [await score(own, words.own), await score(without)];
    const others: number[] = [];
    for (const [other, { with: theirs }] of drawn)
      if (other !== name) others.push(...(await score(theirs, words.others)));
    const more = mine.filter((value, i) => value > control[i]!).length;
    const ranked = mine.flatMap((value) => others.map((theirs) => value > theirs)).filter(Boolean).length;
    const of = mine.length * others.length;
    console.log(
      `| ${name} | ${mean(mine).toFixed(2)} | ${mean(control).toFixed(2)} | ${more} of ${SEEDS} | ${percent(ranked / of)} |`,
    );
    [least, won, pairs, right] = [Math.min(least, more), won + more, pairs + of, right + ranked];
  }
  console.log("");
  report(
    "Seeds whose likeness rises with the character",
    `${won} of ${SEEDS * drawn.size}, at least ${least} of ${SEEDS}`,
  );
  report("A picture of the character before one of another", `${percent(right / pairs)} of ${pairs} pairs`);
  report("In words, pictures of the character", inWords(words.own));
  report("In words, pictures of another", inWords(words.others));
  return least >= 9 && right / pairs >= 0.95 ? 0 : UNMET;
}

async function judge(
  studio: PipelineStudio,
  pictures: readonly Uint8Array[],
  sheet: ReadonlyMap<string, Uint8Array>,
): Promise<LikenessFact> {
  const images = new Map([...sheet, ...pictures.map((bytes, i) => [`picture.${i}`, bytes] as const)]);
  const judged = pictures.map((_, i) => `picture.${i}`);
  return await lastOf(judgeLikeness({ model: "starter", pictures: judged, references: SHEET }, images, studio));
}

const draw = (studio: PipelineStudio, prompt: string, seed: number, sheet?: ReadonlyMap<string, Uint8Array>) =>
  drawWithStarter(studio, { prompt, seed, references: sheet === undefined ? [] : [REFERENCE] }, sheet);

type Tally = Record<Nearness, number>;

const tally = (): Tally => ({ very: 0, quite: 0, little: 0, not: 0 });

function inWords(said: Tally): string {
  const all = NEARNESSES.reduce((sum, word) => sum + said[word], 0);
  return NEARNESSES.map((word) => `${word} ${percent(said[word] / all)}`).join(", ");
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
