/** What `underpaint doctor` looks at: each check finds out one thing, and knows the fix. */
import { existsSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { familyInWords } from "../../shared/family-in-words.ts";
import { Problem } from "../../shared/problem.ts";
import type { Config } from "../config.ts";
import { Engine, type EngineState } from "../engine/engine.ts";
import { type FolderReport, type Library, openLibrary } from "../library/library.ts";
import { visible } from "../library/plain-text.ts";
import { defaultMemoryLimit, machineMemory } from "../runtime/machine-memory.ts";
import { sentence } from "./sentence.ts";
import { portTaken, whoIsThere } from "./who-is-there.ts";

export interface Finding {
  /** "warn": it works, but not as well as it could. */
  readonly mark: "ok" | "warn" | "bad";
  readonly text: string;
  /** What to do, where there is something. */
  readonly fix?: string;
}

export type Check = (config: Config) => Finding[] | Promise<Finding[]>;

const GIB = 2 ** 30;
const ok = (text: string): Finding => ({ mark: "ok", text });
const warn = (text: string, fix: string): Finding => ({ mark: "warn", text, fix });
const bad = (text: string, fix: string): Finding => ({ mark: "bad", text, fix });
const gib = (bytes: number) => `${(bytes / GIB).toFixed(bytes < 10 * GIB ? 1 : 0)} GB`;

const node: Check = () => {
  const [major, minor] = process.versions.node.split(".").map(Number) as [number, number];
  const found = `Node.js ${process.versions.node}`;
  return [major > 20 || (major === 20 && minor >= 19) ? ok(found) : bad(found, "Install Node.js 20.19 or newer.")];
};

const packages: Check = ({ root }) => {
  const { dependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const missing = Object.entries(dependencies as Record<string, string>).filter(([name, version]) => {
    const manifest = path.join(root, "node_modules", name, "package.json");
    return !existsSync(manifest) || JSON.parse(readFileSync(manifest, "utf8")).version !== version;
  });
  if (missing.length === 0) return [ok(`${Object.keys(dependencies).length} packages are installed`)];
  return missing.map(([name, version]) => bad(`The package ${name} ${version} is missing`, `Run "npm ci" in ${root}.`));
};

const plugin: Check = ({ root }) => {
  const missing = ["manifest.json", "dist/plugin/main.js", "dist/plugin/ui.html"].filter(
    (file) => !existsSync(path.join(root, file)),
  );
  return missing.length === 0
    ? [ok("The Figma plugin is built")]
    : [bad(`The Figma plugin lacks ${missing.join(", ")}`, `Run "npm run build" in ${root}.`)];
};

const port: Check = async ({ port }) => {
  const listener = await whoIsThere(port);
  if (listener.kind === "nobody") return [ok(`Port ${port} is free`)];
  if (listener.kind === "companion") return [ok(`Port ${port} is in use by the companion that runs now`)];
  return [bad(`Port ${port} is taken`, portTaken(port, listener).message)];
};

const dataFolder: Check = ({ home }) => {
  if (!existsSync(home)) return [ok(`The data folder ${home} is made at the first start`)];
  const probe = path.join(home, `.doctor-${process.pid}`);
  try {
    writeFileSync(probe, "");
    rmSync(probe);
    return [ok(`The data folder ${home} can be written`)];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return [bad(`The data folder ${home} can't be written (${code})`, "Give your user the right to write there.")];
  }
};

const disk: Check = ({ home, root }) => {
  const { bavail, bsize } = statfsSync(existsSync(home) ? home : root);
  const free = bavail * bsize;
  if (free < 0.5 * GIB)
    return [bad(`${gib(free)} of disk are free`, "Free some space: pictures in work are stored there.")];
  if (free < 5 * GIB) return [warn(`${gib(free)} of disk are free`, "A model needs 2 to 7 GB: free some space.")];
  return [ok(`${gib(free)} of disk are free`)];
};

const memory: Check = ({ memory }) => {
  const { total, free } = machineMemory();
  const text = `${gib(total)} of memory, ${gib(free)} free`;
  const limit = gib(memory ?? defaultMemoryLimit({ total }));
  const whose = memory === undefined ? "" : " (UNDERPAINT_MEMORY)";
  return [
    total < 7.5 * GIB ? warn(text, "Stable Diffusion wants 8 GB: choose small sizes.") : ok(text),
    ok(
      `A network may take ${limit} of it${whose}; one that needs more gets weights of 8 or 4 bits, and the result says so`,
    ),
  ];
};

type Kind = keyof FolderReport["found"];

const WORDS: Readonly<Record<Kind, readonly [one: string, many: string]>> = {
  model: ["model", "models"],
  lora: ["LoRA", "LoRAs"],
  embedding: ["embedding", "embeddings"],
  vae: ["VAE", "VAEs"],
  controlnet: ["ControlNet", "ControlNets"],
  "t2i-adapter": ["T2I-Adapter", "T2I-Adapters"],
  "z-image-control": ["ControlNet for Z-Image", "ControlNets for Z-Image"],
  "ip-adapter": ["IP-Adapter", "IP-Adapters"],
  "image-encoder": ["image encoder", "image encoders"],
  redux: ["FLUX.1 Redux", "FLUX.1 Redux"],
  "tiny-vae": ["tiny autoencoder for previews", "tiny autoencoders for previews"],
  siglip: ["SigLIP image encoder", "SigLIP image encoders"],
  motion: ["motion module", "motion modules"],
  upscaler: ["upscaler", "upscalers"],
  matting: ["matting model", "matting models"],
  part: ["part of a model", "parts of models"],
  problem: ["file that can't be used", "files that can't be used"],
};

/** One for all checks: what it opened once, it does not open again. */
const libraries = new WeakMap<Config, Library>();

export function libraryOf(config: Config): Library {
  const library =
    libraries.get(config) ??
    openLibrary({ folders: config.modelsFolders, starter: config.starter, cache: config.findings });
  libraries.set(config, library);
  return library;
}

const folders: Check = async (config) => {
  const { modelsFolders } = config;
  const reports = await libraryOf(config).survey();
  return reports.map(({ folder, layout, exists, found }) => {
    if (!exists && folder === modelsFolders[0]) return ok(`The models folder ${folder} is made at the first start`);
    if (!exists) return bad(`The models folder ${folder} does not exist`, "Correct it in settings.json or --models.");
    const counts = (Object.entries(found) as [Kind, number][]).map(
      ([kind, count]) => `${count} ${WORDS[kind][count === 1 ? 0 : 1]}`,
    );
    return ok(`${folder} (${layout}): ${counts.join(", ") || "nothing yet"}`);
  });
};

const models: Check = async (config) => {
  const { models, problems } = await libraryOf(config).list();
  const found = models.map(({ name, family, nativeSize }) =>
    ok(`Model ${visible(name)}: ${familyInWords(family)}, ${nativeSize} px`),
  );
  const broken = problems.map(({ name, problem }) => bad(`${visible(name)} can't be used`, sentence(problem)));
  const own = models.some(({ id }) => id !== "starter");
  const hint = warn(
    "There is only the small model that comes with Underpaint",
    `Put a Stable Diffusion model (.safetensors or diffusers folder) into ${config.modelsFolders[0]}, or see "underpaint models".`,
  );
  return [...found, ...broken, ...(own ? [] : [hint])];
};

/** In the engine's own process, because a broken driver may end it. */
const provider: Check = async ({ engineEntry, modelsFolders, starter, provider, narrowFolder, findings }) => {
  const setup = { modelsFolders, starter, provider, narrowFolder, findings };
  const engine = new Engine({ entry: engineEntry, setup, pausesMs: [] });
  try {
    const { device, problem } = await settled(engine);
    if (device === undefined)
      return [
        bad("The engine does not start", problem?.message ?? "Run it again with UNDERPAINT_DEBUG=1 to see more."),
      ];
    const chosen = `Pictures are made on ${device.name}`;
    if (device.provider !== "cpu") return [ok(chosen)];
    const slow = warn(chosen, "It works, but a graphics card is ten to a hundred times faster.");
    const others = device.passedOver.map(({ provider, reason }) => warn(`${provider} is not used`, reason));
    return [slow, ...others, ok(fastPictures(device.timesFaster))];
  } finally {
    await engine.close();
  }
};

/** What the engine's self-test said of arithmetic in 8 bits. */
const fastPictures = (times: number | undefined): string =>
  times === undefined
    ? "Fast pictures (8 bits) are not offered: on this processor their arithmetic is wrong, or hardly faster than exact"
    : `Fast pictures (8 bits) are offered: a step about ${times.toFixed(1)} times as fast as an exact one, timed on this processor`;

/** The engine's first word. */
function settled(engine: Engine): Promise<EngineState> {
  return new Promise((resolve) => {
    const stop = engine.onChange((state) => {
      if (state.device === undefined && state.problem === undefined) return;
      stop();
      resolve(state);
    });
  });
}

export const CHECKS: readonly Check[] = [
  node,
  packages,
  plugin,
  port,
  dataFolder,
  disk,
  memory,
  folders,
  models,
  provider,
];

/** Those that name no model and no file of the models folders. */
export const MACHINE_CHECKS: readonly Check[] = CHECKS.filter((check) => check !== folders && check !== models);

/** What the check finds; that it failed itself is a finding too. */
export async function examine(check: Check, config: Config, name = check.name): Promise<Finding[]> {
  try {
    return await check(config);
  } catch (error) {
    return [bad(`The check "${name}" failed`, sentence(Problem.from(error)))];
  }
}
