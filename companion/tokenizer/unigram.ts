/** Kudo 2018, "Subword Regularization", section 3.2: the pieces that a text most probably consists of. */

/** A piece, and the logarithm of how probable it is. Its id is its place. */
export type Piece = readonly [piece: string, score: number];

/** How much less probable than any piece a character is that none has. */
const UNKNOWN_PENALTY = 10;

interface Step {
  readonly begin: number;
  readonly score: number;
  readonly id: number;
}

/**
 * A word → the ids of its pieces; characters that no piece has, as many as stand together, are one `unknown`. Of two ways that
 * are as probable the first that is found, as huggingface/tokenizers has it (models/unigram/model.rs, encode_optimized).
 */
export function createUnigram(pieces: readonly Piece[], unknown: number): (word: string) => number[] {
  const ids = new Map(pieces.map(([piece], id) => [piece, id]));
  const lowest = pieces.reduce((least, [, score]) => Math.min(least, score), Number.POSITIVE_INFINITY);
  const longest = pieces.reduce((most, [piece]) => Math.max(most, [...piece].length), 0);
  return (word) => {
    const characters = [...word];
    // To each place, the best way that leads there.
    const ways: (Step | undefined)[] = [{ begin: -1, score: 0, id: unknown }];
    const offer = (end: number, step: Step) => {
      if (ways[end] === undefined || step.score > ways[end]!.score) ways[end] = step;
    };
    for (let begin = 0; begin < characters.length; begin++) {
      const { score } = ways[begin]!;
      let piece = "";
      for (let end = begin + 1; end <= Math.min(characters.length, begin + longest); end++) {
        piece += characters[end - 1];
        const id = ids.get(piece);
        if (id !== undefined) offer(end, { begin, score: score + pieces[id]![1], id });
      }
      if (!ids.has(characters[begin]!))
        offer(begin + 1, { begin, score: score + lowest - UNKNOWN_PENALTY, id: unknown });
    }
    const found: number[] = [];
    for (let end = characters.length; end > 0; end = ways[end]!.begin) {
      const { id } = ways[end]!;
      if (id !== unknown || found.at(-1) !== unknown) found.push(id);
    }
    return found.reverse();
  };
}
