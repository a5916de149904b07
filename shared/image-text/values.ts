/** Single values of what other tools wrote: numbers as text, file names with folders, seeds of 64 bits. */

import type { SchedulerChoice } from "../request.ts";
import { REQUEST_LIMITS } from "../request-schema.ts";
import { namedScheduler } from "../scheduler-names.ts";
import type { NamedFile } from "./found-settings.ts";

/** Fields that have a value. */
export const defined = <T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)) as never;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** A finite number within bounds, written as one or as text. */
export function numberOf(value: unknown, [least, most]: readonly [number, number]): number | undefined {
  const text = typeof value === "string" ? value.trim() : value;
  const number = typeof text === "string" && text !== "" ? Number(text) : text;
  return typeof number === "number" && number >= least && number <= most ? number : undefined;
}

export const wholeOf = (value: unknown, bounds: readonly [number, number]): number | undefined => {
  const number = numberOf(value, bounds);
  return number !== undefined && Number.isInteger(number) ? number : undefined;
};

/** The low 32 bits, exactly: as text where the number is too large for JavaScript's. */
export function seedOf(value: unknown): number | undefined {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== "string" || !/^\s*\d{1,20}\s*$/.test(text)) return undefined;
  return Number(BigInt(text.trim()) & 0xffffffffn);
}

const { steps, guidanceScale, side, loraWeight } = REQUEST_LIMITS;
export const stepsOf = (value: unknown) => wholeOf(value, [steps.min, steps.max]);
export const scaleOf = (value: unknown) => numberOf(value, [guidanceScale.min, guidanceScale.max]);
export const sideOf = (value: unknown) => wholeOf(value, [side.min, side.max]);
export const strengthOf = (value: unknown) => numberOf(value, [0, 1]);
export const weightOf = (value: unknown) => numberOf(value, [loraWeight.min, loraWeight.max]);

/** "Folder\name.safetensors" → "name". */
export function fileName(value: unknown): string | undefined {
  const name = textOf(value)
    ?.split(/[\\/]/)
    .at(-1)
    ?.replace(/\.(safetensors|ckpt|pt|pth|bin|sft|gguf)$/i, "")
    .trim();
  return name && name !== "None" ? name : undefined;
}

export function fileOf(name: unknown, hash?: unknown): NamedFile | undefined {
  const digits = textOf(hash)?.replace(/^(sha256|blake3):/, "");
  const known = defined({
    name: fileName(name),
    hash: digits && /^[0-9a-f]{6,64}$/i.test(digits) ? digits : undefined,
  });
  return Object.keys(known).length > 0 ? known : undefined;
}

/** By the sampler's name, and the schedule's beside it. Undefined: there is none of that name. */
export function schedulerOf(sampler: unknown, schedule?: unknown): SchedulerChoice | undefined {
  const [name, type] = [textOf(sampler), textOf(schedule)];
  if (name === undefined) return undefined;
  // By this one, all of these tools mean k-diffusion's sampler; our own name means diffusers'.
  const known = /^dpmpp_sde(?=$|_k$|_gpu$)/.test(name) ? name.replace("dpmpp_sde", "DPM++ SDE") : name;
  return (type === undefined ? undefined : namedScheduler(known, type)) ?? namedScheduler(known);
}

/** What is to be said of a sampler that is not known by its name here. */
export const unknownSampler = (sampler: unknown): string[] => {
  const name = textOf(sampler);
  return name !== undefined && schedulerOf(name) === undefined ? [`sampler ${name}`] : [];
};
