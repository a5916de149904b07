/** A piece of a prompt with its emphasis, or the place where the next chunk must begin. */
export type Segment = { readonly text: string; readonly weight: number } | { readonly break: true };

const TOKEN = /\\\(|\\\)|\\\[|\\\]|\\\\|\\|\(|\[|:\s*([+-]?[.\d]+)\s*\)|\)|\]|[^\\()[\]:]+|:/g;
const BREAK = /\s*\bBREAK\b\s*/;
const ROUND = 1.1;
const SQUARE = 1 / 1.1;

/**
 * A1111's emphasis: `(word)` is 1.1, `(word:1.3)` is 1.3, `[word]` is 1/1.1, brackets nest by multiplying, `\(` is a plain
 * bracket, an open bracket counts to the end, and BREAK starts a new chunk of tokens. Neighbours of equal weight are one.
 * Unlike the original, BREAK within brackets breaks as well (there it becomes a word of negative weight).
 *
 * Source: AUTOMATIC1111/stable-diffusion-webui, modules/prompt_parser.py, `parse_prompt_attention`.
 */
export function parseAttention(prompt: string): Segment[] {
  const parts: { text: string; weight: number; isBreak: boolean }[] = [];
  const round: number[] = [];
  const square: number[] = [];
  const multiply = (from: number, factor: number) => {
    for (const part of parts.slice(from)) part.weight *= factor;
  };
  for (const [text, weight] of prompt.matchAll(TOKEN)) {
    if (text.startsWith("\\")) parts.push({ text: text.slice(1), weight: 1, isBreak: false });
    else if (text === "(") round.push(parts.length);
    else if (text === "[") square.push(parts.length);
    else if (weight !== undefined && Number.isFinite(Number(weight)) && round.length > 0)
      multiply(round.pop()!, Number(weight));
    else if (text === ")" && round.length > 0) multiply(round.pop()!, ROUND);
    else if (text === "]" && square.length > 0) multiply(square.pop()!, SQUARE);
    else {
      for (const [index, piece] of text.split(BREAK).entries()) {
        if (index > 0) parts.push({ text: "", weight: 1, isBreak: true });
        parts.push({ text: piece, weight: 1, isBreak: false });
      }
    }
  }
  for (const from of round) multiply(from, ROUND);
  for (const from of square) multiply(from, SQUARE);
  return mergeNeighbours(parts);
}

function mergeNeighbours(parts: readonly { text: string; weight: number; isBreak: boolean }[]): Segment[] {
  const segments: Segment[] = [];
  for (const part of parts) {
    const last = segments.at(-1);
    if (part.isBreak) segments.push({ break: true });
    else if (last && "text" in last && last.weight === part.weight)
      segments[segments.length - 1] = { text: last.text + part.text, weight: last.weight };
    else segments.push({ text: part.text, weight: part.weight });
  }
  return segments.length > 0 ? segments : [{ text: "", weight: 1 }];
}
