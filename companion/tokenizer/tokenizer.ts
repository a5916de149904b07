/** Text as the ids that a text encoder takes. */
export interface PromptTokenizer {
  /** The prompt in the encoder's full length, cut where it does not fit. */
  encode(text: string): Encoding;
  /** Positions of the text encoder, all that is added to a prompt included. */
  readonly maxLength: number;
  /** Ids are below this. */
  readonly vocabSize: number;
}

/** One that texts can be taken apart with. */
export interface Tokenizer extends PromptTokenizer {
  /** The text's ids alone: no start, no end, no padding, any number. */
  tokenize(text: string): number[];
  readonly startId: number;
  readonly endId: number;
  readonly padId: number;
}

export interface Encoding {
  /** `maxLength` of them: the text, what is added to it, padding. */
  readonly ids: readonly number[];
  /** How many of them are not padding; they come first. */
  readonly tokens: number;
  /** The end of the text that did not fit; absent where all did. */
  readonly dropped?: string;
}
