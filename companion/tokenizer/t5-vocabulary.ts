/** T5's own vocabulary, for files that bring none. */
import { dataIn } from "./assets.ts";
import { readSentencePiece, type SentencePieceModel } from "./sentence-piece.ts";

let loaded: SentencePieceModel | undefined;

/** 32,000 pieces and the table of characters, as published (assets/). */
export function t5Vocabulary(): SentencePieceModel {
  loaded ??= readSentencePiece(dataIn(NAME), NAME);
  return loaded;
}

const NAME = "t5-spiece.model.gz";
