/** The pieces that CLIP's tokenizer cuts a text into before it looks them up. */
const PIECES = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu;
/** Common words are one token; longer, rarer ones are spelled from pieces of about this many letters. */
const LETTERS_A_TOKEN = 9;

/** About how many tokens a prompt has. The companion tells the exact number afterwards. */
export function approximateTokens(prompt: string): number {
  const pieces = prompt.match(PIECES) ?? [];
  return pieces.reduce((sum, piece) => sum + Math.max(1, Math.ceil(piece.length / LETTERS_A_TOKEN)), 0);
}

/** How many tokens fit into as many lengths of the text encoder as the prompt takes, each with a start and an end token. */
export function roomFor(tokens: number, maxTokens: number): number {
  const room = maxTokens - 2;
  return room * Math.max(1, Math.ceil(tokens / room));
}
