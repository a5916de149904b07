/** `underpaint generate`: one request from a file, without plugin or server. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { imageRefs } from "../../shared/image-refs.ts";
import { recipeTexts } from "../../shared/image-text/recipe-texts.ts";
import { withPngTexts } from "../../shared/image-text/write-png-text.ts";
import { Problem } from "../../shared/problem.ts";
import type { GenerateRequest } from "../../shared/request.ts";
import { REQUEST_LIMITS } from "../../shared/request-schema.ts";
import { THRIFT_WORDS } from "../../shared/thrift.ts";
import { parseRequest } from "../../shared/validate.ts";
import { writeSafetensors } from "../checkpoint/files/write-safetensors.ts";
import { readConfig } from "../config.ts";
import { decodeImage } from "../image/decode.ts";
import { Hashes } from "../library/hashes.ts";
import { type Library, openLibrary, STARTER_ID } from "../library/library.ts";
import { type Use, usedModels } from "../library/used-models.ts";
import type { PipelineEvent, Trace } from "../pipeline/events.ts";
import { generate } from "../pipeline/generate.ts";
import { openStudio, type PipelineStudio } from "../pipeline/open-studio.ts";
import type { Places } from "../pipeline/studio/studio.ts";
import { packageVersion } from "../root.ts";
import { chooseDevice } from "../runtime/device.ts";
import { defaultMemoryLimit } from "../runtime/machine-memory.ts";
import { refuseUnknownLicence } from "./licence-known.ts";
import { narrowed } from "./narrowed.ts";
import { print, printError } from "./print.ts";
import { openProfile } from "./profile.ts";

const USAGE =
  "underpaint generate REQUEST.json --out DIR [--models DIR …] [--fast] [--trace] [--profile FILE] [--accept-licence]";

/**
 * Writes `image.png` (of a picture that is taken apart also `layer-1.png`, the bottom one, and on; with --fast as a request of `quantize: "int8"` says), with the request in it as `underpaint settings` and other tools read it, and `result.json` (and with --trace `trace.safetensors`, see `Trace`) into the folder of --out.
 * With --accept-licence the person says once that a model's licence is known which asks first.
 * Images, and models, adapters and image encoders that are paths, are relative to the request's file. Resolves to the exit
 * code; throws Problem, which `result.json` then holds as `problem`.
 */
export async function runGenerate(argv: string[]): Promise<number> {
  const order = readArguments(argv);
  const report = path.join(order.out, "result.json");
  // What an earlier run left must not pass for this one's, however it ends.
  await rm(report, { force: true });
  const profile = order.profile === undefined ? undefined : openProfile(order.profile);
  try {
    return await make(order, report);
  } catch (error) {
    const problem = Problem.from(error);
    // Where the folder can't be written, the sentence on the terminal has to do.
    await write(report, { problem }).catch(() => {});
    throw error;
  } finally {
    profile?.close();
  }
}

async function write(report: string, content: object): Promise<void> {
  await mkdir(path.dirname(report), { recursive: true });
  await writeFile(report, `${JSON.stringify(content, null, 2)}\n`);
}

interface Order {
  readonly file: string;
  readonly out: string;
  readonly models?: string[];
  readonly trace: boolean;
  /** Whether the person says that the model's licence is known. */
  readonly accept: boolean;
  /** In whole numbers of 8 bits. */
  readonly fast: boolean;
  /** Where it is told what took how long. */
  readonly profile?: string;
}

async function make({ file, out, models, trace, fast, accept }: Order, reportFile: string): Promise<number> {
  const folder = path.dirname(path.resolve(file));
  const config = readConfig({ models });
  const library = openLibrary({ folders: config.modelsFolders, starter: config.starter, cache: config.findings });
  const begin = performance.now();
  const uses: Use[] = [];
  const studio = openStudio({
    device: await chooseDevice(config.provider),
    library: besideRequest(library, folder),
    memoryBudget: config.memory,
    memoryLimit: config.memory ?? defaultMemoryLimit(),
    narrowFolder: config.narrowFolder,
    statesFolder: config.statesFolder,
    contentFilter: config.contentFilter,
    names: "paths",
    onUse: (use) => void uses.push(use),
  });
  try {
    const raw = { ...(await readRequest(file)), ...(fast && { quantize: "int8" }) };
    const images = await readImages(parseRequest(raw), folder);
    const { model, vae } = parseRequest(raw);
    await refuseUnknownLicence(await studio.openModel(model, vae), { library, file: config.licencesFile, accept });
    const request = parseRequest({ ...(await sizeOf(raw, images, studio)), ...raw });
    const kept: Trace | undefined = trace ? new Map() : undefined;
    const result = await narrate(generate(request, images, studio, { trace: kept }));
    await mkdir(out, { recursive: true });
    const hashes = new Hashes({ file: config.hashesFile, restMs: 0 });
    const made = { madeBy: packageVersion(), models: await usedModels(uses, { library, hashes }) };
    await writeFile(path.join(out, "image.png"), withPngTexts(result.png, recipeTexts({ request, ...made })));
    if (result.gif) await writeFile(path.join(out, "image.gif"), result.gif);
    for (const [i, layer] of (result.layers ?? []).entries())
      await writeFile(path.join(out, `layer-${i + 1}.png`), layer);
    if (kept) await writeSafetensors(path.join(out, "trace.safetensors"), kept);
    const seconds = (performance.now() - begin) / 1000;
    const { width, height, tokens, chunks, droppedText, weightBits, thrift, paletteDistance, drift } = result;
    const report = {
      width,
      height,
      tokens,
      chunks,
      droppedText,
      weightBits,
      thrift,
      paletteDistance,
      drift,
      seconds,
      device: studio.device.info,
      models: made.models,
      request,
    };
    await write(reportFile, report);
    if (droppedText !== undefined) printError(`The prompt was too long; this was left out: ${droppedText}`);
    if (weightBits !== undefined) printError(`The UNet's weights were ${narrowed(request, weightBits)}.`);
    if (thrift !== undefined) printError(`To fit into memory, ${THRIFT_WORDS[thrift]}.`);
    print(path.join(out, result.gif ? "image.gif" : "image.png"));
    return 0;
  } finally {
    await studio.close();
  }
}

function readArguments(argv: string[]): Order {
  const wrong = (what: string) => new Problem("request-invalid", `${what}: use ${USAGE}`);
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        out: { type: "string" },
        models: { type: "string", multiple: true },
        trace: { type: "boolean", default: false },
        fast: { type: "boolean", default: false },
        profile: { type: "string" },
        "accept-licence": { type: "boolean", default: false },
      },
    });
    if (positionals.length !== 1) throw wrong(`Name one request file, not ${positionals.length}`);
    if (values.out === undefined) throw wrong("Name a folder for the result with --out");
    const { models, trace, fast, profile, "accept-licence": accept } = values;
    return { file: positionals[0]!, out: path.resolve(values.out), models, trace, fast, profile, accept };
  } catch (error) {
    throw error instanceof Problem ? error : wrong((error as Error).message);
  }
}

/** Names as the request's author means them: paths that start at the request's file, or ids of the library. */
function besideRequest(library: Library, folder: string): Places {
  return {
    ...library,
    // Nobody sees previews here.
    tinyVae: async () => undefined,
    resolve: (name, options) => {
      const place = path.resolve(folder, name);
      const found = [place, `${place}.safetensors`].find((candidate) => existsSync(candidate));
      return name !== STARTER_ID && found !== undefined ? found : library.resolve(name, options);
    },
  };
}

async function readRequest(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, "utf8").catch((error) => {
    throw new Problem("request-invalid", `Cannot read the request "${file}" (${error.code}): check its path.`);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem("request-invalid", `"${path.basename(file)}" is not JSON: ${(error as Error).message}.`);
  }
}

async function readImages(request: GenerateRequest, folder: string): Promise<Map<string, Uint8Array>> {
  const images = new Map<string, Uint8Array>();
  for (const ref of imageRefs(request)) {
    const bytes = await readFile(path.resolve(folder, ref)).catch((error) => {
      throw new Problem("image-not-readable", `Cannot read the image "${ref}" (${error.code}): check its path.`);
    });
    images.set(ref, new Uint8Array(bytes));
  }
  return images;
}

/**
 * The size where the request names none: with a region or `split` none, since they choose one; for image to image the picture's own, cut to
 * what the autoencoder can do (as diffusers does); the model's otherwise.
 */
async function sizeOf(raw: Record<string, unknown>, images: ReadonlyMap<string, Uint8Array>, studio: PipelineStudio) {
  const request = parseRequest(raw);
  if (request.region !== undefined || request.split !== undefined) return {};
  const model = await studio.openModel(request.model, request.vae);
  const { nativeSize } = model;
  if (request.image === undefined || request.mask !== undefined) return { width: nativeSize, height: nativeSize };
  const { width, height } = await decodeImage(images.get(request.image)!);
  const step = Math.max(studio.familyOf(model).latentSpace(model).factor, REQUEST_LIMITS.side.multipleOf);
  return { width: width - (width % step), height: height - (height % step) };
}

/** Runs the generation and says on stderr how far it is. */
async function narrate<R>(run: AsyncGenerator<PipelineEvent, R>): Promise<R> {
  for (;;) {
    const { value, done } = await run.next();
    if (done) return value;
    if (value.type === "stage") printError(value.stage);
    else if (value.type === "step") printError(`step ${value.step} of ${value.of}`);
  }
}
