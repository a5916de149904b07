/** What others say in English, in the words and the language of the interface. */
import type { ProblemData } from "../../../shared/problem.ts";
import { spoken } from "./language.ts";
import { GERMAN_BY_CODE } from "./sentences/by-code.ts";
import { CANVAS_SENTENCES } from "./sentences/canvas-sentences.ts";
import { COMPANION_SENTENCES } from "./sentences/companion-sentences.ts";
import { MODEL_SENTENCES } from "./sentences/model-sentences.ts";
import { PANEL_SENTENCES } from "./sentences/panel-sentences.ts";
import type { Sentence } from "./sentences/sentence.ts";

export interface Said {
  readonly text: string;
  /** The sentence itself, where `text` is another one. */
  readonly detail?: string;
}

const VALUE = /\{(\w+)\}/g;
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A pattern as a regular expression with a named group for each value. */
const matcherOf = ({ pattern }: Sentence) =>
  new RegExp(`^${escaped(pattern).replace(/\\\{(\w+)\\\}/g, "(?<$1>.+?)")}$`, "s");

const ALL = [...CANVAS_SENTENCES, ...PANEL_SENTENCES, ...COMPANION_SENTENCES, ...MODEL_SENTENCES].map((sentence) => ({
  ...{ sentence, matcher: matcherOf(sentence) },
}));

/** Undefined where nobody wrote how to say it. */
function known(text: string): Said | undefined {
  for (const { sentence, matcher } of ALL) {
    const found = matcher.exec(text);
    if (found === null) continue;
    const { en, de } = sentence;
    const words = spoken === "de" ? de : en;
    if (words === undefined) return { text };
    const said = words.replace(VALUE, (_, name: string) => found.groups?.[name] ?? "");
    return en === undefined ? { text: said } : { text: said, detail: text };
  }
  return undefined;
}

/** Between the sentences of a text: before a capital or a quote. */
const BETWEEN = /(?<=[.!?]) (?=[“"\p{Lu}])/u;

/** A text of one or more sentences; what nobody translated stays as it is. */
export function said(text: string): string {
  const whole = known(text)?.text;
  return (
    whole ??
    text
      .split(BETWEEN)
      .map((each) => known(each)?.text ?? each)
      .join(" ")
  );
}

/** A Problem's sentence, in German at least what its code means. */
export function problemInWords({ code, message }: ProblemData): Said {
  return known(message) ?? (spoken === "de" ? { text: GERMAN_BY_CODE[code], detail: message } : { text: message });
}
