import type { ChatTemplate } from "../../tokenizer/chat-tokenizer.ts";
import type { ChatKind } from "./chat-kinds.ts";

/** How a family has its prompts read by a language model, which no file says. */
export interface ChatReading {
  readonly kind: ChatKind;
  /** Which of transformers' `hidden_states` are read of a model of so many layers; of each token one after the other. */
  states(layers: number): readonly number[];
  /** Whether the last of them is read after the model's last norm. Default: before. */
  readonly lastNorm?: true;
  /** Places, all that the model's template adds included. */
  readonly tokens: number;
  readonly template: ChatTemplate;
  /** Tokens at the template's begin whose states are not read. Default: none. */
  readonly skipped?: number;
  /** Whether the model is to see pictures. Default: none. */
  readonly sees?: true;
  /** Whether the transformer reads the states of padding as well. */
  readonly padding: "read" | "left-out";
}

/** Layers that have to run. */
export const layersRead = (reading: Pick<ChatReading, "states">, layers: number): number =>
  Math.max(...reading.states(layers));

/** What an encoder keeps of it. */
export const readOf = (reading: ChatReading, layers: number) => ({
  states: reading.states(layers),
  lastNorm: reading.lastNorm ?? false,
  skipped: reading.skipped ?? 0,
  padding: reading.padding,
});
