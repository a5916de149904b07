/** The parts of `npm run bench`, by name: what each takes, and what runs. Each is imported when it is called. */
import { parseArgs } from "node:util";
import { Problem } from "../../shared/problem.ts";
import type { Device } from "../runtime/device.ts";
import { type BenchOptions, OPTIONS, type OptionName, readOptions, usageOf } from "./options.ts";
import { USUAL_SHAPES } from "./shapes.ts";

/** What a part finds; what it does not ask for is not made. */
export interface Setting {
  readonly options: BenchOptions;
  /** A folder that is removed at the end. */
  readonly scratch: string;
  /** Where the model lies: the one that was named, or random weights, which are written now. */
  place(): string;
  /** Chosen and told. */
  device(): Promise<Device>;
}

export interface Part {
  readonly takes: readonly OptionName[];
  /** What it prints is Markdown, not lines of text. */
  readonly isMarkdown?: boolean;
  /** Resolves to the exit code. */
  readonly run: (setting: Setting) => Promise<number>;
}

const MODEL = ["model", "shapes"] as const;
const TRANSFORMER = ["model", "python", "side"] as const;

export const PARTS = {
  all: {
    takes: [...MODEL, "python"],
    run: async ({ options, scratch, place, device }) =>
      (await import("./whole.ts")).runWhole(place(), await device(), { python: options.python, scratch }),
  },
  peers: {
    takes: ["python", ...MODEL, "keep", "rows", "with", "rounds", "plant"],
    isMarkdown: true,
    run: async ({ options, scratch }) => (await import("./peers/peers.ts")).runPeers(options, scratch),
  },
  device: {
    takes: ["python", ...MODEL, "keep", "rows", "with", "rounds", "json"],
    isMarkdown: true,
    run: async ({ options, scratch }) => (await import("./device/device.ts")).runDevice(options, scratch),
  },
  opening: {
    takes: MODEL,
    run: async ({ place, device }) => (await import("./openings.ts")).runOpening(place(), await device()),
  },
  fast: {
    takes: [...MODEL, "rounds"],
    run: async ({ options, scratch, place, device }) =>
      (await import("./fast.ts")).runFast(place(), await device(), { scratch, rounds: options.rounds }),
  },
  "less-work": {
    takes: [...MODEL, "side"],
    run: async ({ options, scratch, place, device }) =>
      (await import("./less-work.ts")).runLessWork(place(), await device(), {
        ...{ side: options.side, narrowFolder: scratch },
      }),
  },
  lora: {
    takes: MODEL,
    run: async ({ scratch, place, device }) => (await import("./lora.ts")).runLora(place(), await device(), scratch),
  },
  around: {
    takes: MODEL,
    run: async ({ place, device }) => (await import("./around.ts")).runAround(place(), await device()),
  },
  growth: {
    takes: ["plot"],
    isMarkdown: true,
    run: async ({ options }) => (await import("./growth/growth.ts")).runGrowth(options.plot),
  },
  klein: {
    takes: TRANSFORMER,
    run: async ({ options, scratch }) =>
      (await import("./transformer/subjects.ts")).SUBJECTS.klein.run({ ...options, scratch }),
  },
  likeness: { takes: [], run: async () => (await import("./likeness.ts")).runLikeness() },
  live: { takes: [], run: async () => (await import("./live/live.ts")).runLive() },
  quality: { takes: [], run: async () => (await import("./quality/quality.ts")).runQuality() },
  queue: { takes: [], run: async () => (await import("./queue-overhead.ts")).runQueueOverhead() },
  recognition: {
    takes: [],
    run: async ({ scratch }) => (await import("./recognition.ts")).runRecognition(scratch),
  },
  switching: {
    takes: MODEL,
    run: async ({ options, scratch, place, device }) =>
      (await import("./switching.ts")).runSwitching(place(), await device(), { scratch, shapes: options.shapes }),
  },
  "z-image": {
    takes: TRANSFORMER,
    run: async ({ options, scratch }) =>
      (await import("./transformer/subjects.ts")).SUBJECTS["z-image"].run({ ...options, scratch }),
  },
} satisfies Record<string, Part>;

export type PartName = keyof typeof PARTS;
/** Those that have an option of their own. */
const OWN = ["peers", "device"] as const satisfies readonly PartName[];
const named = Object.keys(PARTS).filter((name) => name !== "all" && !(OWN as readonly string[]).includes(name));

/** What the command line's help says of all of it. */
export const BENCH_USAGE = `bench [--peers | --device | --only PART] ${usageOf(["shapes", "model", "python"])} … [--write]`;
export const BENCH_PARTS = named.join(", ");

export interface Asked {
  readonly name: PartName;
  readonly part: Part;
  readonly options: BenchOptions;
  /** Whether what it prints goes into the pages that have a place for it. */
  readonly write: boolean;
}

/** Throws Problem "request-invalid". */
export function parseBench(argv: readonly string[]): Asked {
  const { only, peers, device, write = false, ...given } = valuesOf(argv);
  const asked = [
    ...(peers ? ["peers"] : []),
    ...(device ? ["device"] : []),
    ...(only === undefined ? [] : [String(only)]),
  ];
  const [name = "all"] = asked;
  if (!Object.hasOwn(PARTS, name) || asked.length > 1)
    throw new Problem("request-invalid", `There is no part "${asked.join(" ")}": choose ${BENCH_PARTS}`);
  const part: Part = PARTS[name as PartName];
  const usage = ["underpaint", callOf(name as PartName), usageOf(part.takes), "[--write]"].filter(Boolean).join(" ");
  return {
    ...{ name: name as PartName, part, write: Boolean(write) },
    options: readOptions(given, part.takes, usage),
  };
}

function valuesOf(argv: readonly string[]): Record<string, string | boolean | undefined> {
  const options = Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, { type: "string" as const }]));
  const flag = { type: "boolean" } as const;
  try {
    const own = { only: { type: "string" as const }, peers: flag, device: flag, write: flag };
    return parseArgs({ args: [...argv], options: { ...options, ...own } }).values;
  } catch (error) {
    throw new Problem("request-invalid", `${(error as Error).message}: use underpaint ${BENCH_USAGE}`);
  }
}

/** "bench --only fast" */
const callOf = (name: PartName): string => ["bench", ...flagOf(name)].join(" ");

const flagOf = (name: PartName): string[] => {
  if (name === "all") return [];
  return (OWN as readonly string[]).includes(name) ? [`--${name}`] : ["--only", name];
};

/** What a page's mark says: "npm run bench -- --peers --shapes sdxl --write". What else was told does not tell tables apart. */
export const markOf = ({ name, options: { shapes = USUAL_SHAPES } }: Pick<Asked, "name" | "options">): string =>
  ["npm run bench --", ...flagOf(name), ...(shapes === USUAL_SHAPES ? [] : ["--shapes", shapes]), "--write"].join(" ");
