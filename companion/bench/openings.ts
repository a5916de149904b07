/** `npm run bench -- --only opening`: what it takes to open a model, of any family. */
import { readFileSync } from "node:fs";
import type { Target } from "../checkpoint/lora/keys.ts";
import type { UNetModel } from "../checkpoint/model.ts";
import type { Graph } from "../graph/graph.ts";
import { Weights } from "../graph/weights.ts";
import { decoderGraph, encoderGraph } from "../networks/autoencoder.ts";
import { clipTextGraph } from "../networks/clip-text.ts";
import { checkWeights, familyOfModel } from "../pipeline/families.ts";
import { memoryBounds } from "../pipeline/studio/create-studio.ts";
import { createSessions } from "../pipeline/studio/sessions.ts";
import { adapt, createLoraMemory } from "../pipeline/weights/lora-slots.ts";
import type { Device } from "../runtime/device.ts";
import { leaseStep } from "./guided-step.ts";
import { openUNet } from "./open-unet.ts";
import { gibibytes, report } from "./report.ts";

export interface Opening {
  readonly what: string;
  /** For the first time. A VAE encodes before it, where there is a picture; decoding comes last. */
  readonly needed: "first step" | "pictures";
  /** The second time. */
  readonly seconds: number;
  /** By how much the process grew beyond the files that it maps; undefined where the system does not tell. */
  readonly bytes: number | undefined;
}

/** Opens every part of the model at `place` twice, one at a time, for a guided picture of its native size. */
export async function openings(place: string, device: Device): Promise<Opening[]> {
  const read = async () => {
    const model = await openUNet(place);
    checkWeights(model, device.dialect);
    return model;
  };
  const found: Opening[] = [];
  const note = async (what: string, open: () => Promise<unknown>, close = async () => {}) => {
    const before = ownMemory();
    await open();
    const after = ownMemory();
    await close();
    const begin = performance.now();
    await open();
    const seconds = (performance.now() - begin) / 1000;
    await close();
    const needed = what.startsWith("VAE") ? "pictures" : "first step";
    found.push({ what, needed, seconds, bytes: after && before && after - before });
  };
  await note("its files", read);
  // As pictures open them.
  const sessions = createSessions({ device, ...memoryBounds(device) });
  const model = await read();
  const { texts, autoencoders } = networksOf(model, device);
  const noteUse = (what: string, build: () => Graph) =>
    note(what, () => sessions.use("", build, async () => {}), sessions.close);
  for (const [what, build] of Object.entries(texts)) await noteUse(what, build);
  await note("UNet", () => leaseStep(sessions, model, device).then(({ release }) => release()), sessions.close);
  for (const [what, build] of Object.entries(autoencoders)) await noteUse(what, build);
  return found;
}

/** Prints what `openings` finds; resolves to the exit code. */
export async function runOpening(place: string, device: Device): Promise<number> {
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
  return 0;
}

function networksOf(model: UNetModel, device: Device) {
  const { vae, textEncoders, nativeSize } = model;
  const { dialect } = device;
  const side = nativeSize / familyOfModel(model).latentSpace(model).factor;
  const texts = textEncoders.map(({ component: { config, weights } }, i) => {
    const shape = { batch: 1, tokens: config.max_position_embeddings };
    const { branchAt } = adapt([], i as Target, { weights, dialect, memory: createLoraMemory() });
    const build = () => clipTextGraph(config, new Weights(weights), shape, { dialect, branchAt });
    return [`text encoder ${i + 1}`, build] as const;
  });
  const latent = { batch: 1, height: side, width: side };
  const picture = { batch: 1, height: nativeSize, width: nativeSize };
  return {
    texts: Object.fromEntries(texts),
    autoencoders: {
      "VAE encoder": () => encoderGraph(vae.config, new Weights(vae.weights), picture, dialect),
      "VAE decoder": () => decoderGraph(vae.config, new Weights(vae.weights), latent, dialect),
    },
  } satisfies Record<string, Record<string, () => Graph>>;
}

/** Bytes that this process has of its own: what it maps can be read again from the file. */
function ownMemory(): number | undefined {
  if (process.platform !== "linux") return undefined;
  const [, kilobytes] = readFileSync("/proc/self/status", "utf8").match(/RssAnon:\s+(\d+)/) ?? [];
  return Number(kilobytes) * 1024;
}
