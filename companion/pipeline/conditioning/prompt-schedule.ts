/** Prompts that change in the course of a picture: A1111's prompt editing, "[cat:dog:0.5]". */
import { schedulePrompt } from "../../prompt/schedule-prompt.ts";
import type { Tensor } from "../../tensor.ts";
import type { PreparedJob } from "../job.ts";

/** A prompt as the UNet reads it; T is the text encoder's length, or with A1111's syntax a multiple. */
export interface EncodedPrompt {
  /** [1, T], padded, as the first text encoder reads them. */
  readonly ids: Tensor<"int64">;
  /** [1, T, D]: the states of all text encoders for each token, side by side. */
  readonly embeds: Tensor;
  /** [1, P]: what a text encoder with a projection makes of the whole prompt. */
  readonly pooled?: Tensor;
  /** Without padding. */
  readonly tokens: number;
  readonly dropped?: string;
  /** Runs of the text encoder, one after the other. */
  readonly chunks: number;
}

/** A prompt in the course of a picture: one part, or with A1111's prompt editing several of the same length. */
export type PromptSchedule = readonly { readonly prompt: EncodedPrompt; readonly until: number }[];

/** The prompt at evaluation `i` of the network. */
export const promptAt = (schedule: PromptSchedule, i: number): EncodedPrompt =>
  (schedule.find(({ until }) => i <= until) ?? schedule[0]!).prompt;

/** The part with the most tokens. */
export const longestOf = (schedule: PromptSchedule): EncodedPrompt =>
  schedule.map(({ prompt }) => prompt).reduce((longest, prompt) => (prompt.tokens > longest.tokens ? prompt : longest));

/** The text of a prompt until an evaluation of the network. */
export interface PromptPart {
  /** For each text encoder; where one is missing it reads the first. */
  readonly texts: readonly string[];
  readonly until: number;
}

/** As in A1111, steps are evaluations from the first one on, and a method of second order has twice as many. */
export function promptParts(
  texts: readonly string[],
  { request, plan }: Pick<PreparedJob, "request" | "plan">,
): PromptPart[] {
  if (request.promptSyntax === "plain") return [{ texts, until: Number.POSITIVE_INFINITY }];
  const schedules = texts.map((text) => schedulePrompt(text, request.steps * plan.order));
  const times = [...new Set(schedules.flat().map(({ until }) => until))].sort((a, b) => a - b);
  const textAt = (time: number) => (parts: (typeof schedules)[number]) =>
    parts.find(({ until }) => time <= until)!.text;
  return times.map((until) => ({ until, texts: schedules.map(textAt(until)) }));
}
