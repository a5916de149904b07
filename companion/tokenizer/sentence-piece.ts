/** A SentencePiece model's file (sentencepiece_model.proto): its pieces and its table of characters. */
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { Problem } from "../../shared/problem.ts";
import type { Piece } from "./unigram.ts";

export interface SentencePieceModel {
  /** By their ids. */
  readonly pieces: readonly Piece[];
  /** Absent: texts are taken as they are. */
  readonly charsmap?: Uint8Array;
}

/** Of the largest vocabularies, four. */
const MOST_PIECES = 1 << 20;

/** Throws Problem "config-invalid". `origin`: the file, for messages. */
export function readSentencePiece(bytes: Uint8Array, origin: string): SentencePieceModel {
  const refuse = (cause?: unknown): never => {
    throw new Problem("config-invalid", `"${origin}" is no SentencePiece model: download it again.`, { cause });
  };
  const pieces: Piece[] = [];
  let charsmap: Uint8Array | undefined;
  try {
    eachField(bytes, (number, reader) => {
      if (number === 1) pieces.push(pieceIn(reader.bytes()));
      else if (number === 3) charsmap = charsmapIn(reader.bytes());
      else return false;
      return pieces.length <= MOST_PIECES || refuse();
    });
  } catch (cause) {
    refuse(cause);
  }
  return pieces.length === 0 ? refuse() : { pieces, ...(charsmap?.length && { charsmap }) };
}

/** `take` returns whether it has read the field. */
function eachField(bytes: Uint8Array, take: (number: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (!take(number, reader)) reader.skip(type);
  }
}

function pieceIn(bytes: Uint8Array): Piece {
  let [piece, score] = ["", 0];
  eachField(bytes, (number, reader) => {
    if (number === 1) piece = reader.string();
    else if (number === 2) score = reader.float();
    else return false;
    return true;
  });
  return [piece, score];
}

/** Of the normaliser's settings. */
function charsmapIn(bytes: Uint8Array): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  eachField(bytes, (number, reader) => {
    if (number === 2) found = reader.bytes();
    return number === 2;
  });
  return found;
}
