/** A piece of a prompt with its emphasis, or the place where the next chunk must begin. */
export type Segment = { readonly text: string; readonly weight: number } | { readonly break: true };

const TOKEN = /\\\(|\\\)|\\\[|\\\]|\\\\|\\|\(|\[|:\s*([+-]?[.\d]+)\s*\)|\)|\]|[^\\()[\]:]+|:/g;
const BREAK = /\s*(?<![\p{L}\p{N}_])BREAK(?![\p{L}\p{N}_])\s*/u;
const ROUND = 1.1;
const SQUARE = 1 / 1.1;

/**
 * A1111's emphasis: `(word)` is 1.1, `(word:1.3)` is 1.3, `[word]` is 1/1.1, brackets nest by multiplying, `\(` is a plain
 * bracket, an open bracket counts to the end, and BREAK starts a new chunk of tokens. Neighbours of equal weight are one.
 * BREAK is a word of weight −1 there, so that within brackets, where that is multiplied, it is an ordinary word.
 *
 * Source: AUTOMATIC1111/stable-diffusion-webui, modules/prompt_parser.py, `parse_prompt_attention`.
 */
export function parseAttention(prompt: string): Segment[] {
  const parts: Part[] = [];
  const round: number[] = [];
  const square: number[] = [];
  const multiply = (from: number, factor: number) => {
    for (const part of parts.slice(from)) part.weight *= factor;
  };
  for (const [text, weight] of prompt.matchAll(TOKEN)) {
    if (text.startsWith("\\")) parts.push({ text: text.slice(1), weight: 1 });
    else if (text === "(") round.push(parts.length);
    else if (text === "[") square.push(parts.length);
    else if (weight !== undefined && Number.isFinite(Number(weight)) && round.length > 0)
      multiply(round.pop()!, Number(weight));
    else if (text === ")" && round.length > 0) multiply(round.pop()!, ROUND);
    else if (text === "]" && square.length > 0) multiply(square.pop()!, SQUARE);
    else {
      for (const [index, piece] of text.split(BREAK).entries()) {
        if (index > 0) parts.push({ text: "BREAK", weight: -1 });
        parts.push({ text: piece, weight: 1 });
      }
    }
  }
  for (const from of round) multiply(from, ROUND);
  for (const from of square) multiply(from, SQUARE);
  return merged(parts).map((part) => (part.text === "BREAK" && part.weight === -1 ? { break: true } : part));
}

interface Part {
  text: string;
  weight: number;
}

function merged(parts: readonly Part[]): Part[] {
  const segments: Part[] = [];
  for (const { text, weight } of parts) {
    const last = segments.at(-1);
    if (last?.weight === weight) last.text += text;
    else segments.push({ text, weight });
  }
  return segments.length > 0 ? segments : [{ text: "", weight: 1 }];
}
