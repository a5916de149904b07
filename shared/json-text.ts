/** JSON of unknown origin: its shape is measured, in one pass over the text, before anything is made of it. */

export interface JsonLimits {
  /** Lists and objects inside one another. */
  readonly depth: number;
  /** Values in all, those inside of others included. */
  readonly values: number;
  /**
   * True: what Python's json writes and JSON does not know is read too: `Infinity` and `-Infinity` as such, and `NaN`, which
   * says nothing, as null.
   */
  readonly python?: boolean;
}

/** The text is JSON, but beyond a limit. */
export class JsonLimitError extends Error {
  readonly limit: "depth" | "values";

  constructor(limit: "depth" | "values") {
    super(limit === "depth" ? "is nested too deeply" : "has too many values");
    this.limit = limit;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const [LIST, LIST_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Throws SyntaxError for what is no JSON, `JsonLimitError` for what is too much. */
export function parseJson(text: string, limits: JsonLimits): unknown {
  const foreign = limits.python === true && (text.includes("Infinity") || text.includes("NaN"));
  const pieces: string[] = [];
  let copied = 0;
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfString(text, at);
    else if (character === COMMA) values += 1;
    else if (character === LIST || character === OBJECT) {
      values += 1;
      depth += 1;
    } else if (character === LIST_END || character === OBJECT_END) depth -= 1;
    else if (foreign) {
      const [word, instead] = pythonNumber(text, at);
      if (word > 0) {
        pieces.push(text.slice(copied, at), instead);
        copied = at + word;
        at = copied - 1;
      }
    }
    if (depth > limits.depth) throw new JsonLimitError("depth");
    if (values > limits.values) throw new JsonLimitError("values");
  }
  return JSON.parse(pieces.length === 0 ? text : pieces.join("") + text.slice(copied));
}

/** The place of the closing quote; the text's end where there is none. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) return at;
    at += character === BACKSLASH ? 2 : 1;
  }
  return at;
}

/** How many characters to replace, and by what. */
function pythonNumber(text: string, at: number): readonly [number, string] {
  if (text.startsWith("Infinity", at)) return ["Infinity".length, "1e999"];
  return text.startsWith("NaN", at) ? ["NaN".length, "null"] : [0, ""];
}
