/**
 * The text that A1111's web UI and many others write: the prompt, "Negative prompt: …", and one line of "Name: value" pairs.
 * AUTOMATIC1111/stable-diffusion-webui, modules/infotext_utils.py, parse_generation_parameters; lllyasviel/Fooocus,
 * modules/meta_parser.py, A1111MetadataParser.
 */
import type { FoundSettings } from "./found-settings.ts";
import {
  defined,
  fileName,
  fileOf,
  scaleOf,
  schedulerOf,
  seedOf,
  sideOf,
  stepsOf,
  strengthOf,
  unknownSampler,
  weightOf,
  wholeOf,
} from "./values.ts";

const NEGATIVE = "Negative prompt:";

/** Undefined: the text is of another kind, without such a line. */
export function readA1111(text: string): FoundSettings | undefined {
  const lines = text.trim().split(/\r?\n/);
  const at = settingsLine(lines);
  if (at < 0) return undefined;
  const settings = settingPairs(lines[at]!);
  const [prompt, negative] = prompts(lines.slice(0, at));
  const get = (name: string) => settings.get(name.toLowerCase());
  const [width, height] = /^(\d+)\s*x\s*(\d+)$/.exec(get("Size") ?? "")?.slice(1) ?? [];
  const skipped = wholeOf(get("Clip skip"), [1, 12]);
  const hires = [...settings.keys()].some((name) => name.startsWith("hires"));
  return {
    tool: get("Fooocus V2 Expansion") || /^Fooocus/.test(get("Version") ?? "") ? "Fooocus" : "A1111",
    prompt: get("Raw prompt") ?? prompt,
    negativePrompt: get("Raw negative prompt") ?? negative,
    ...defined({
      seed: seedOf(get("Seed")),
      steps: stepsOf(get("Steps")),
      guidanceScale: scaleOf(get("CFG scale")),
      scheduler: schedulerOf(get("Sampler"), get("Schedule type") ?? get("Scheduler")),
      width: sideOf(width),
      height: sideOf(height),
      // It counts from 1.
      clipSkip: skipped && skipped - 1,
      // With "Hires fix" it is that of the second pass.
      strength: hires ? undefined : strengthOf(get("Denoising strength")),
      model: fileOf(get("Model"), get("Model hash")),
      vae: fileOf(get("VAE"), get("VAE hash")),
    }),
    loras: weightedFiles(get("Lora weights") ?? ""),
    unused: [
      ...unknownSampler(get("Sampler")),
      ...[...settings.keys()].filter((name) => !KNOWN.has(name) && !(name === "denoising strength" && !hires)),
    ],
  };
}

const KNOWN: ReadonlySet<string> = new Set([
  ...[
    "steps",
    "sampler",
    "schedule type",
    "scheduler",
    "cfg scale",
    "seed",
    "size",
    "model",
    "model hash",
    "clip skip",
  ],
  ...[
    "vae",
    "vae hash",
    "lora hashes",
    "lora weights",
    "ti hashes",
    "hashes",
    "version",
    "user",
    "created date",
    "rng",
  ],
  ...["raw prompt", "raw negative prompt", "performance", "civitai resources", "civitai metadata"],
]);

/** Which one has the pairs: the last that begins with "Steps:" (extensions write lines after it), or else a last line of 3 pairs. */
function settingsLine(lines: readonly string[]): number {
  const named = lines.findLastIndex((line) => /^\s*Steps:\s*\d/.test(line));
  if (named >= 0) return named;
  return settingPairs(lines.at(-1)!).size >= 3 ? lines.length - 1 : -1;
}

function prompts(lines: readonly string[]): readonly [prompt: string, negative: string] {
  const start = lines.findIndex((line) => line.trim().startsWith(NEGATIVE));
  const join = (some: readonly string[]) =>
    some
      .map((line) => line.trim())
      .join("\n")
      .trim();
  if (start < 0) return [join(lines), ""];
  const [first, ...rest] = lines.slice(start);
  return [join(lines.slice(0, start)), join([first!.trim().slice(NEGATIVE.length), ...rest])];
}

/** "A: 1, B: \"x, y\"" → a → 1, b → x, y. Names in lower case; the last of one name counts. In one pass over the line. */
function settingPairs(line: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (let at = 0; at < line.length; ) {
    const end = endOfPair(line, at);
    const [, name, value] = /^\s*(\w[\w /-]{0,63}):(.*)$/s.exec(line.slice(at, end)) ?? [];
    if (name !== undefined) pairs.set(name.toLowerCase(), unquoted(value!.trim()));
    at = end + 1;
  }
  return pairs;
}

/** The comma after a pair that begins at `start`: not one within quotes that open where the value begins. */
function endOfPair(line: string, start: number): number {
  let last = "";
  for (let at = start; at < line.length; at++) {
    const letter = line[at]!;
    if (letter === ",") return at;
    if (letter === '"' && last === ":") at = closingQuote(line, at);
    if (letter.trim() !== "") last = letter;
  }
  return line.length;
}

function closingQuote(line: string, open: number): number {
  let at = open + 1;
  while (at < line.length && line[at] !== '"') at += line[at] === "\\" ? 2 : 1;
  return at;
}

function unquoted(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  try {
    const text: unknown = JSON.parse(value);
    return typeof text === "string" ? text : value;
  } catch {
    return value;
  }
}

/** "name: 0.5, other: 1" */
const weightedFiles = (text: string): FoundSettings["loras"] =>
  text.split(",").flatMap((part) => {
    const colon = part.lastIndexOf(":");
    const [name, weight] = [fileName(part.slice(0, Math.max(0, colon)).trim()), weightOf(part.slice(colon + 1))];
    return name !== undefined && weight !== undefined ? [{ name, weight }] : [];
  });
