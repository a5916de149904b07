/** How a family has its prompts read by a language model, which no file says. */
export interface ChatReading {
  /** Which of transformers' `hidden_states` are read of a model of so many layers; of each token one after the other. */
  states(layers: number): readonly number[];
  /** Places, all that the model's template adds included. */
  readonly tokens: number;
  /** What the template says of thinking: that it is over, or nothing. */
  readonly thinking: "over" | "open";
  /** Whether the transformer reads the states of padding as well. */
  readonly padding: "read" | "left-out";
}

/** Layers that have to run. */
export const layersRead = (reading: Pick<ChatReading, "states">, layers: number): number =>
  Math.max(...reading.states(layers));
