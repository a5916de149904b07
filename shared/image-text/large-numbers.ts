/** JSON whose whole numbers may be of 64 bits, as seeds are. */
import { type JsonLimits, parseJson } from "../json-text.ts";

/** What is read of a file at most. */
const LIMITS: JsonLimits = { depth: 64, values: 200_000, python: true };

/** As JSON, but that whole numbers of 16 digits and more become text, since JavaScript's would lose their last ones. Undefined: it is none. */
export function parseForeignJson(text: string): unknown {
  try {
    return parseJson(withNumbersAsText(text), LIMITS);
  } catch {
    return undefined;
  }
}

/** In one pass: strings are gone over whole, so that no digits inside them are taken. */
function withNumbersAsText(text: string): string {
  if (!/\d{16}/.test(text)) return text;
  const pieces: string[] = [];
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') {
      at += 1;
      while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
      continue;
    }
    if (!/[-\d]/.test(text[at]!)) continue;
    const start = at;
    while (/[-+.\deE]/.test(text[at + 1] ?? "")) at += 1;
    const number = text.slice(start, at + 1);
    if (!/^\d{16,20}$/.test(number)) continue;
    pieces.push(text.slice(copied, start), `"${number}"`);
    copied = at + 1;
  }
  return pieces.join("") + text.slice(copied);
}
