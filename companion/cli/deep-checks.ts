/**
 * What `underpaint doctor --deep` looks at: every model and add-on in the folders is opened, every network's graph is built from
 * its weights (which names what is missing, misshapen or left over), every number is read, and each model draws a step.
 */
import { Problem } from "../../shared/problem.ts";
import type { AddOnInfo, ModelInfo } from "../../shared/protocol.ts";
import { parseRequest } from "../../shared/validate.ts";
import { scanNumbers } from "../checkpoint/files/scan-numbers.ts";
import { openWeightFile } from "../checkpoint/files/weight-file.ts";
import { type AnyModel, isZImage } from "../checkpoint/model.ts";
import type { Config } from "../config.ts";
import type { WeightStore } from "../graph/weights.ts";
import { encodePng } from "../image/encode.ts";
import type { Library } from "../library/library.ts";
import { visible } from "../library/plain-text.ts";
import { generate } from "../pipeline/generate.ts";
import { openFittingModule } from "../pipeline/motion/motion.ts";
import { openStudio, type PipelineStudio } from "../pipeline/open-studio.ts";
import { chooseDevice } from "../runtime/device.ts";
import { defaultMemoryLimit } from "../runtime/machine-memory.ts";
import { type Check, type Finding, libraryOf } from "./checks.ts";
import { sentence } from "./sentence.ts";

/** Pixels of the pictures that are drawn to take the time. */
const SIDE = 256;

interface Workshop {
  readonly config: Config;
  readonly library: Library;
  readonly studio: PipelineStudio;
  readonly models: readonly ModelInfo[];
}

/** One check for each thing in the folders, and one that compares the models' speed. Throws as `chooseDevice`. */
export async function deepChecks(config: Config): Promise<{ readonly name: string; readonly check: Check }[]> {
  const library = libraryOf(config);
  const { models, addOns } = await library.list();
  const studio = openStudio({
    ...{ device: await chooseDevice(config.provider), library, memoryBudget: config.memory },
    memoryLimit: config.memory ?? defaultMemoryLimit(),
  });
  const workshop = { config, library, studio, models };
  return [
    ...models.map((model) => ({ name: visible(model.name), check: () => examineModel(model, workshop) })),
    ...addOns.map((addOn) => ({ name: visible(addOn.name), check: () => examineAddOn(addOn, workshop) })),
    { name: "speed", check: () => compareSpeed(workshop) },
  ];
}

const size = (bytes: number) => (bytes < 1e8 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);
const ok = (text: string): Finding => ({ mark: "ok", text });

async function examineModel({ id, name }: ModelInfo, { studio }: Workshop): Promise<Finding[]> {
  // Opening builds every network.
  const model = await studio.openModel(id);
  const bytes = await scanNumbers(weightsOf(model, studio));
  return [ok(`${visible(name)}: its networks use every tensor, and all numbers in ${size(bytes)} are finite`)];
}

function weightsOf(model: AnyModel, studio: PipelineStudio): WeightStore[] {
  return [...studio.familyOf(model).networks(model), model.vae].map(({ weights }) => weights);
}

interface Trial {
  readonly open: (studio: PipelineStudio, id: string, model: AnyModel) => unknown;
  /** What is known when it succeeded. */
  readonly says: (model: string) => string;
}

const fits = (model: string) => `fits ${model}`;
const opensBeside = (model: string) => `opens beside ${model}`;

/** How each kind of add-on is put to a model. Whether controls and embeddings fit shows with a picture; upscalers and matting models need no model. */
const TRIALS: Readonly<Record<AddOnInfo["kind"], Trial>> = {
  lora: { open: (studio, id, model) => studio.openLora(id, model), says: fits },
  vae: { open: (studio, id, model) => studio.exchangeVae(model, id), says: fits },
  control: {
    open: (studio, id, model) => (isZImage(model) ? studio.openUnion(id, model) : studio.openControl(id, model)),
    says: opensBeside,
  },
  embedding: { open: (studio, id) => studio.openEmbedding(id), says: opensBeside },
  motion: { open: (studio, id, model) => openFittingModule(id, model, studio), says: fits },
  matting: { open: (studio, id) => studio.openMatting(id), says: () => "is whole" },
  upscaler: { open: (studio, id) => studio.openUpscaler(id), says: () => "is whole" },
};

async function examineAddOn({ id, name, kind, families }: AddOnInfo, workshop: Workshop): Promise<Finding[]> {
  const { library, studio, models, config } = workshop;
  const file = library.fileOf(id);
  const bytes = file ? await scanNumbers([openWeightFile(file, { within: library.roots })]) : 0;
  const numbers = `all numbers in ${size(bytes)} are finite`;
  const { open, says } = TRIALS[kind];
  const likely = models.filter(({ family }) => !family.like && families.some(({ id }) => id === family.id));
  const reasons: Problem[] = [];
  for (const model of [...likely, ...models.filter((one) => !likely.includes(one))]) {
    try {
      await open(studio, id, await studio.openModel(model.id));
      return [ok(`${visible(name)}: it ${says(visible(model.name))}, and ${numbers}`)];
    } catch (error) {
      reasons.push(Problem.from(error));
    }
  }
  if (likely.length > 0) return [{ mark: "bad", text: `${visible(name)} can't be used`, fix: sentence(reasons[0]!) }];
  const made = families.map((family) => family.name).join(" or ") || "a family that its file does not tell";
  const fix = `It was made for ${made}: put such a model into ${config.modelsFolders[0]}.`;
  return [{ mark: "warn", text: `${visible(name)}: ${numbers}, but it fits no model here`, fix }];
}

/** Turn by turn, so that whatever else the machine does slows all of them alike. */
async function compareSpeed({ models, studio }: Workshop): Promise<Finding[]> {
  const times = new Map<ModelInfo, number[]>();
  const failed: Finding[] = [];
  const picture = await grey();
  for (let round = 0; round < 2; round++)
    for (const model of models) {
      try {
        times.set(model, [...(times.get(model) ?? []), await secondsPerStep(model, picture, studio)]);
      } catch (error) {
        if (round > 0) continue;
        failed.push({ mark: "bad", text: `${visible(model.name)} draws nothing`, fix: sentence(Problem.from(error)) });
      }
    }
  const best = [...times].map(([model, seconds]) => ({ model, seconds: Math.min(...seconds) }));
  const fastest = Math.min(...best.map(({ seconds }) => seconds));
  const lines = best.map(({ model: { name, nativeSize }, seconds }) =>
    ok(
      `${visible(name)}: ${seconds.toPrecision(2)} s for a step at ${Math.min(SIDE, nativeSize)} px, ${(seconds / fastest).toFixed(1)} times the fastest`,
    ),
  );
  return [...lines, ...failed];
}

async function secondsPerStep(
  { id, nativeSize, inpainting, edits }: ModelInfo,
  picture: Uint8Array,
  studio: PipelineStudio,
): Promise<number> {
  const side = Math.min(SIDE, nativeSize);
  const given = inpainting ? { image: "picture", mask: "picture" } : edits ? { image: "picture" } : {};
  const size = { width: side, height: side, steps: 2, guidanceScale: 1 };
  const request = parseRequest({ model: id, prompt: "a hill", seed: 1, ...size, ...given });
  const steps: number[] = [];
  const images = new Map(Object.values(given).map((name) => [name, picture]));
  for await (const event of generate(request, images, studio)) if (event.type === "step") steps.push(performance.now());
  // The first step opens the network.
  return (steps.at(-1)! - steps.at(-2)!) / 1000;
}

const grey = () => encodePng({ width: SIDE, height: SIDE, data: new Uint8Array(SIDE * SIDE * 4).fill(255) });
