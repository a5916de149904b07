/** Ours as a program that is told what to do (program.ts), so that it is measured as the others are. */
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseRequest } from "../../../shared/validate.ts";
import { Weights } from "../../graph/weights.ts";
import { decoderGraph } from "../../networks/autoencoder.ts";
import { clipTextGraph } from "../../networks/clip-text.ts";
import { denoiserNetwork } from "../../pipeline/denoiser/denoiser-network.ts";
import { stableDiffusion } from "../../pipeline/families/stable-diffusion.ts";
import { generate } from "../../pipeline/generate.ts";
import { openStudio } from "../../pipeline/open-studio.ts";
import { narrowWeights } from "../../pipeline/weights/narrow.ts";
import { cpuDevice } from "../../runtime/device.ts";
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

/** Answers line by line until there are no more. `repeats`: how often everything is done, for a slowness that must show. */
export async function serveOwn(places: Place, repeats: number): Promise<number> {
  const own = createOwn(places);
  const say = (answer: object) => void process.stdout.write(`${JSON.stringify(answer)}\n`);
  say({ ready: true });
  for await (const line of createInterface(process.stdin)) {
    const asked = JSON.parse(line) as Asked;
    try {
      say(asked.task === "memory" ? { bytes: peakOfProcess() } : await answerTo(own, asked, repeats));
    } catch (error) {
      say({ refused: (error as Error).message });
    }
  }
  await own.close();
  return 0;
}

async function answerTo(own: ReturnType<typeof createOwn>, asked: Asked, repeats: number): Promise<Answer> {
  const run = await own.prepared(asked.task, asked.mode === "fast" ? "fast" : "exact");
  const [result, seconds] = await clock(async () => {
    let last: Tensor | undefined;
    for (let i = 0; i < repeats; i++) last = (await run()) ?? undefined;
    return last;
  });
  if (asked.output !== undefined && result)
    writeFileSync(asked.output, new Uint8Array(result.data.buffer, result.data.byteOffset, result.data.byteLength));
  return { seconds, ...(asked.task === "prepare" && { fresh: true }) };
}

type Run = () => Promise<Tensor | undefined>;
type Opened = Pick<Session, "inputs" | "run" | "release">;
type Mode = "exact" | "fast";

function createOwn({ model: place, inputs, kept }: Place) {
  const device = cpuDevice();
  const sessions = new Map<string, Opened>();
  const studio = openStudio({ device, library: { resolve: () => place }, names: "paths", narrowFolder: kept });

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
      const model = await openUNet(place);
      if (mode === "exact") return openStep(model, device);
      const quantizer = await narrowWeights(denoiserNetwork({ model, family: stableDiffusion }), "int8", kept);
      return openStep(model, device, { quantizer });
    });
  const texts = async () => {
    const { textEncoders } = await openUNet(place);
    const sessions: Opened[] = [];
    for (const [i, { component }] of textEncoders.entries()) {
      const shape = { batch: 1, tokens: TOKENS };
      const graph = () =>
        clipTextGraph(component.config, new Weights(component.weights), shape, { dialect: device.dialect });
      sessions.push(await opened(`text ${i}`, () => openSession(graph(), device)));
    }
    return sessions;
  };
  const decoder = (side: number) =>
    opened(`decoder ${side}`, async () => {
      const { vae } = await openUNet(place);
      const shape = { batch: 1, height: side / 8, width: side / 8 };
      return openSession(decoderGraph(vae.config, new Weights(vae.weights), shape, device.dialect), device);
    });

  const prepared = async (task: string, mode: Mode): Promise<Run> => {
    const { nativeSize } = await openUNet(place);
    if (task === "prepare" || task === "open") {
      await closeAll();
      return async () => {
        await texts();
        await unet(mode);
        await decoder(nativeSize);
        return undefined;
      };
    }
    if (task === "text") {
      const sessions = await texts();
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
      const { run, inputs: dims } = await decoder(Number(task.slice("decode".length)));
      const feeds = sineFeeds({
        inputs: [...dims].map(([name, of]) => ({ name, type: "float32" as const, dims: of })),
        freeInputs: new Set(),
      });
      return async () => void (await run(feeds)) as undefined;
    }
    await closeAll();
    const request = parseRequest({
      ...{ model: place, prompt: PROMPT, width: nativeSize, height: nativeSize, seed: 1, guidanceScale: 7.5 },
      steps: Number(task.slice("picture".length)),
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
      await studio.close();
    },
  };
}
