/** Text as the ids that a text encoder takes. */
export interface Tokenizer {
  /** The prompt in the encoder's full length, cut where it does not fit. */
  encode(text: string): Encoding;
  /** The text's ids alone: no start, no end, no padding, any number. */
  tokenize(text: string): number[];
  /** Positions of the text encoder, start and end token included. */
  readonly maxLength: number;
  /** Ids are below this. */
  readonly vocabSize: number;
  readonly startId: number;
  readonly endId: number;
  readonly padId: number;
}

export interface Encoding {
  /** `maxLength` of them: start, text, end, padding. */
  readonly ids: readonly number[];
  /** How many of them are not padding. */
  readonly tokens: number;
  /** The end of the text that did not fit; absent where all did. */
  readonly dropped?: string;
}
