/** The pieces that CLIP's tokenizer cuts a text into before it looks them up. */
const PIECES = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu;
/** Common words are one token; longer, rarer ones are spelled from pieces of about this many letters. */
const LETTERS_A_TOKEN = 9;

/** The prompt without what never reaches the text encoder: comments, `<lora:…>`, weights, and all alternatives but one. */
function heard(prompt: string): string {
  return prompt
    .replace(/#(?!(?:[0-9a-f]{3,4}){1,2}\b)[^\n]*/gi, "")
    .replace(/<lora:[^<>]*>/gi, "")
    .replace(/\{([^{}|]*)(?:\|[^{}]*)?\}/g, "$1")
    .replace(/:\s*[+-]?[.\d]+\s*\)/g, "")
    .replace(/[()[\]]/g, "");
}

/**
 * About how many tokens a prompt has, counted as the companion counts: what stands before a BREAK counts as a whole part of
 * the text encoder's length. The companion tells the exact number afterwards.
 */
export function approximateTokens(prompt: string, maxTokens: number): number {
  const parts = heard(prompt)
    .split(/\bBREAK\b/)
    .map((part) =>
      (part.match(PIECES) ?? []).reduce(
        (sum, piece) => sum + Math.max(1, Math.ceil(piece.length / LETTERS_A_TOKEN)),
        0,
      ),
    );
  const last = parts.pop() ?? 0;
  return parts.reduce((sum, tokens) => sum + roomFor(tokens, maxTokens), last);
}

/** How many tokens fit into as many lengths of the text encoder as the prompt takes, each with a start and an end token. */
export function roomFor(tokens: number, maxTokens: number): number {
  return partsFor(tokens, maxTokens) * (maxTokens - 2);
}

/** Into how many parts, each read by itself, a prompt of so many tokens falls. */
export function partsFor(tokens: number, maxTokens: number): number {
  return Math.max(1, Math.ceil(tokens / (maxTokens - 2)));
}
