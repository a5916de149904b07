/** The pieces that CLIP's tokenizer cuts a text into before it looks them up. */
const PIECES = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu;
/** Common words are one token; longer, rarer ones are spelled from pieces of about this many letters. */
const LETTERS_A_TOKEN = 9;

/** About how many tokens a prompt has, start and end token included. The companion tells the exact number afterwards. */
export function approximateTokens(prompt: string): number {
  const pieces = prompt.match(PIECES) ?? [];
  return 2 + pieces.reduce((sum, piece) => sum + Math.max(1, Math.ceil(piece.length / LETTERS_A_TOKEN)), 0);
}
