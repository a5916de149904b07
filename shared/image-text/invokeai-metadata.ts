/**
 * What InvokeAI writes: `invokeai_metadata` since version 3 (invoke-ai/InvokeAI, invokeai/app/invocations/metadata.py,
 * CoreMetadataInvocation), `sd-metadata` in version 2, `Dream` in version 1.
 */
import type { FoundSettings } from "./found-settings.ts";
import { parseForeignJson } from "./large-numbers.ts";
import {
  defined,
  fileOf,
  isRecord,
  scaleOf,
  schedulerOf,
  seedOf,
  sideOf,
  stepsOf,
  strengthOf,
  textOf,
  unknownSampler,
  weightOf,
  wholeOf,
} from "./values.ts";

/** Undefined: it is none. */
export function readInvokeAi(texts: ReadonlyMap<string, string>): FoundSettings | undefined {
  const [current, second, first] = ["invokeai_metadata", "sd-metadata", "Dream"].map((key) => texts.get(key));
  const data = current === undefined ? undefined : parseForeignJson(current);
  if (isRecord(data)) return fromMetadata(data);
  const older = second === undefined ? undefined : parseForeignJson(second);
  if (isRecord(older) && isRecord(older.image)) return fromVersion2(older, older.image);
  return first === undefined ? undefined : fromCommand(first);
}

/** Letters of a prompt in which brackets are looked for. */
const LONGEST = 10_000;

const file = (value: unknown) => (isRecord(value) ? fileOf(value.name ?? value.model_name, value.hash) : fileOf(value));

function fromMetadata(data: Record<string, unknown>): FoundSettings {
  const loras = (Array.isArray(data.loras) ? data.loras : []).flatMap((one: unknown) => {
    if (!isRecord(one)) return [];
    const [known, weight] = [file(one.model ?? one.lora), weightOf(one.weight)];
    return known && weight !== undefined ? [{ ...known, weight }] : [];
  });
  const lists = ["controlnets", "ipAdapters", "t2iAdapters"].filter(
    (name) => Array.isArray(data[name]) && (data[name] as unknown[]).length > 0,
  );
  const others = ["refiner_model", "hrf_enabled", "seamless_x", "seamless_y"].filter((name) => data[name]);
  return {
    tool: "InvokeAI",
    prompt: textOf(data.positive_prompt) ?? "",
    negativePrompt: textOf(data.negative_prompt) ?? "",
    ...defined({
      seed: seedOf(data.seed),
      steps: stepsOf(data.steps),
      guidanceScale: scaleOf(data.cfg_scale),
      scheduler: schedulerOf(data.scheduler),
      width: sideOf(data.width),
      height: sideOf(data.height),
      clipSkip: wholeOf(data.clip_skip, [0, 11]),
      strength: strengthOf(data.strength),
      model: file(data.model),
      vae: file(data.vae),
    }),
    loras,
    unused: [...unknownSampler(data.scheduler), ...lists, ...others],
  };
}

function fromVersion2(data: Record<string, unknown>, image: Record<string, unknown>): FoundSettings {
  const [entry] = Array.isArray(image.prompt) ? image.prompt : [];
  const [prompt, negativePrompt] = bracketed(textOf(isRecord(entry) ? entry.prompt : image.prompt) ?? "");
  return {
    tool: "InvokeAI",
    ...{ prompt, negativePrompt },
    ...defined({
      seed: seedOf(image.seed),
      steps: stepsOf(image.steps),
      guidanceScale: scaleOf(image.cfg_scale),
      scheduler: schedulerOf(image.sampler),
      width: sideOf(image.width),
      height: sideOf(image.height),
      strength: strengthOf(image.strength),
      model: fileOf(data.model_weights, data.model_hash),
    }),
    loras: [],
    unused: unknownSampler(image.sampler),
  };
}

/** `"a prompt" -s 50 -S 123 -W 512 -H 512 -C 7.5 -A k_lms` */
function fromCommand(text: string): FoundSettings | undefined {
  if (text.length > LONGEST) return undefined;
  const [, said, rest] = /^\s*"((?:[^"\\]|\\.)*)"(.*)$/s.exec(text) ?? [];
  if (said === undefined) return undefined;
  const flags = new Map([...rest!.matchAll(/(?:^|\s)-(\w)\s*([\w.]+)/g)].map(([, flag, value]) => [flag!, value!]));
  const [prompt, negativePrompt] = bracketed(said.replace(/\\(.)/g, "$1"));
  return {
    tool: "InvokeAI",
    ...{ prompt, negativePrompt },
    ...defined({
      seed: seedOf(flags.get("S")),
      steps: stepsOf(flags.get("s")),
      guidanceScale: scaleOf(flags.get("C")),
      scheduler: schedulerOf(flags.get("A")),
      width: sideOf(flags.get("W")),
      height: sideOf(flags.get("H")),
      strength: strengthOf(flags.get("f")),
    }),
    loras: [],
    unused: unknownSampler(flags.get("A")),
  };
}

/** What should not be there stood in brackets: "a cat [dog, blurry]". */
function bracketed(text: string): readonly [prompt: string, negative: string] {
  if (text.length > LONGEST) return [text, ""];
  const left: string[] = [];
  const prompt = text.replace(/\[([^\]]*)\]/g, (_, inside: string) => {
    left.push(inside.trim());
    return "";
  });
  return [prompt.replace(/ {2,}/g, " ").trim(), left.join(", ")];
}
