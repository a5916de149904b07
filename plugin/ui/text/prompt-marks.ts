import { mentionsIn } from "./mentions.ts";
import { fieldSpansIn, type Span } from "./prompt-fields.ts";

/** A piece of a prompt; `marked` where it stands for something else: a character, or a field of each layer. */
export interface Piece {
  readonly text: string;
  readonly marked: boolean;
}

/** The whole prompt, in order. `fields`: whether words in braces stand for something of each layer. */
export function promptPieces(
  prompt: string,
  characters: readonly { readonly name: string }[],
  { fields }: { readonly fields: boolean },
): Piece[] {
  const spans: Span[] = [...mentionsIn(prompt, characters), ...(fields ? fieldSpansIn(prompt) : [])];
  const pieces: Piece[] = [];
  let last = 0;
  for (const { start, end } of spans.sort((a, b) => a.start - b.start)) {
    if (start < last) continue;
    if (start > last) pieces.push({ text: prompt.slice(last, start), marked: false });
    pieces.push({ text: prompt.slice(start, end), marked: true });
    last = end;
  }
  if (last < prompt.length) pieces.push({ text: prompt.slice(last), marked: false });
  return pieces;
}
