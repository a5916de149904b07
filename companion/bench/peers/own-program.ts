/** Ours as a program that is told what to do (program.ts), so that it is measured as the others are. */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseRequest } from "../../../shared/validate.ts";
import { HEAVY_ONCE } from "../../graph/memory.ts";
import { Weights } from "../../graph/weights.ts";
import { decoderGraph } from "../../networks/autoencoder.ts";
import { clipTextGraph } from "../../networks/clip-text.ts";
import { denoiserNetwork } from "../../pipeline/denoiser/denoiser-network.ts";
import { stableDiffusion } from "../../pipeline/families/stable-diffusion.ts";
import { generate } from "../../pipeline/generate.ts";
import { openStudio, type PipelineStudio } from "../../pipeline/open-studio.ts";
import { narrowWeights } from "../../pipeline/weights/narrow.ts";
import { chooseDevice, cpuDevice, type Device } from "../../runtime/device.ts";
import { openSession, type Session } from "../../runtime/session.ts";
import type { AnyTensor, Tensor } from "../../tensor.ts";
import { openStep } from "../guided-step.ts";
import { openUNet } from "../open-unet.ts";
import { clock, peakOfProcess } from "../report.ts";
import { sineFeeds } from "../sine-feeds.ts";
import { GUIDED } from "../step-feeds.ts";
import { type Place, readInputs } from "./place.ts";
import type { Answer, Asked } from "./program.ts";

const PROMPT = "a red apple on a wooden table";
const TOKENS = 77;
/** Of a picture in one step. */
const TURBO_SIDE = 512;

/** Both ways on the processor share what they compute alike. */
const placeOf = ({ info }: Device): string => info.provider;

/** Answers line by line until there are no more. `repeats`: how often everything is done, for a slowness that must show. */
export async function serveOwn(places: Place, repeats: number): Promise<number> {
  const own = createOwn(places);
  const say = (answer: object) => void process.stdout.write(`${JSON.stringify(answer)}\n`);
  say({ ready: true });
  for await (const line of createInterface(process.stdin)) {
    const asked = JSON.parse(line) as Asked;
    try {
      const before = roundedIn(places);
      const answer = asked.task === "memory" ? { bytes: peakOfProcess() } : await answerTo(own, asked, repeats);
      // What is rounded is kept: whoever finds it does not open for the first time.
      const fresh = asked.task === "prepare" && (asked.mode !== "fast" || roundedIn(places) > before);
      say({ ...answer, ...(fresh && { fresh }) });
    } catch (error) {
      say({ refused: (error as Error).message });
    }
  }
  await own.close();
  return 0;
}

/** Of files with rounded weights. */
const roundedIn = ({ kept }: Place): number =>
  existsSync(kept) ? readdirSync(kept).filter((name) => name.endsWith(".narrow")).length : 0;

async function answerTo(own: ReturnType<typeof createOwn>, asked: Asked, repeats: number): Promise<Answer> {
  const run = await own.prepared(asked.task, asked.mode);
  const [result, seconds] = await clock(async () => {
    let last: Tensor | undefined;
    for (let i = 0; i < repeats; i++) last = (await run()) ?? undefined;
    return last;
  });
  if (asked.output !== undefined && result)
    writeFileSync(asked.output, new Uint8Array(result.data.buffer, result.data.byteOffset, result.data.byteLength));
  return { seconds };
}

type Run = () => Promise<Tensor | undefined>;
type Opened = Pick<Session, "inputs" | "run" | "release">;
/** "exact" and "fast": on the processor. Or the name of a provider. */
type Mode = string;

const deviceOf = async (mode: Mode): Promise<Device> =>
  mode === "exact" || mode === "fast" ? cpuDevice() : chooseDevice(mode);

function createOwn({ model: place, inputs, kept }: Place) {
  const sessions = new Map<string, Opened>();
  const devices = new Map<Mode, Promise<Device>>();
  const on = (mode: Mode): Promise<Device> => {
    const device = devices.get(mode) ?? deviceOf(mode);
    devices.set(mode, device);
    return device;
  };
  const studios = new Map<Device, PipelineStudio>();
  const studioOn = (device: Device): PipelineStudio => {
    const library = { resolve: () => place };
    const studio = studios.get(device) ?? openStudio({ device, library, names: "paths", narrowFolder: kept });
    studios.set(device, studio);
    return studio;
  };

  const closeAll = async () => {
    for (const session of sessions.values()) await session.release();
    sessions.clear();
  };
  const opened = async (key: string, open: () => Promise<Opened>) => {
    const session = sessions.get(key) ?? (await open());
    sessions.set(key, session);
    return session;
  };
  const unet = (mode: Mode) =>
    opened(`unet ${mode}`, async () => {
      const [model, device] = [await openUNet(place), await on(mode)];
      if (mode !== "fast") return openStep(model, device);
      const quantizer = await narrowWeights(denoiserNetwork({ model, family: stableDiffusion }), "int8", kept);
      return openStep(model, device, { quantizer });
    });
  const texts = async (mode: Mode) => {
    const [{ textEncoders }, device] = [await openUNet(place), await on(mode)];
    const sessions: Opened[] = [];
    for (const [i, { component }] of textEncoders.entries()) {
      const shape = { batch: 1, tokens: TOKENS };
      const graph = () =>
        clipTextGraph(component.config, new Weights(component.weights), shape, { dialect: device.dialect });
      // As pictures open it.
      const once = { heavyWeights: HEAVY_ONCE };
      sessions.push(await opened(`text ${i} ${placeOf(device)}`, () => openSession(graph(), device, once)));
    }
    return sessions;
  };
  const decoder = async (side: number, mode: Mode) => {
    const device = await on(mode);
    return opened(`decoder ${side} ${placeOf(device)}`, async () => {
      const { vae } = await openUNet(place);
      const shape = { batch: 1, height: side / 8, width: side / 8 };
      return openSession(decoderGraph(vae.config, new Weights(vae.weights), shape, device.dialect), device);
    });
  };

  const prepared = async (task: string, mode: Mode): Promise<Run> => {
    const { nativeSize } = await openUNet(place);
    if (task === "prepare" || task === "open") {
      await closeAll();
      return async () => {
        await texts(mode);
        await unet(mode);
        await decoder(nativeSize, mode);
        return undefined;
      };
    }
    if (task === "text") {
      const sessions = await texts(mode);
      const ids: AnyTensor = { type: "int64", dims: [1, TOKENS], data: new BigInt64Array(TOKENS).fill(49407n) };
      return async () => {
        for (let i = 0; i < GUIDED; i++) for (const { run } of sessions) await run({ input_ids: ids });
        return undefined;
      };
    }
    if (task === "step") {
      const { run } = await unet(mode);
      const feeds = readInputs(inputs);
      return async () => (await run(feeds)).out;
    }
    if (task.startsWith("decode")) {
      const { run, inputs: dims } = await decoder(Number(task.slice("decode".length)), mode);
      const feeds = sineFeeds({
        inputs: [...dims].map(([name, of]) => ({ name, type: "float32" as const, dims: of })),
        freeInputs: new Set(),
      });
      return async () => void (await run(feeds)) as undefined;
    }
    await closeAll();
    const studio = studioOn(await on(mode));
    const [side, told] =
      task === "turbo"
        ? [TURBO_SIDE, { steps: 1, guidanceScale: 1 }]
        : [nativeSize, { steps: Number(task.slice("picture".length)), guidanceScale: 7.5 }];
    const request = parseRequest({
      ...{ model: place, prompt: PROMPT, width: side, height: side, seed: 1, ...told },
      ...(mode === "fast" && { quantize: "int8" }),
    });
    return async () => {
      for await (const _ of generate(request, new Map(), studio)) void _;
      return undefined;
    };
  };
  return {
    prepared,
    close: async () => {
      await closeAll();
      for (const studio of studios.values()) await studio.close();
    },
  };
}
