import { LANGUAGES, type Language } from "../../bridge.ts";
import { artboards } from "./texts/artboards-texts.ts";
import { characters } from "./texts/characters-texts.ts";
import { common } from "./texts/common-texts.ts";
import { connection } from "./texts/connection-texts.ts";
import { drift } from "./texts/drift-texts.ts";
import { fillKind } from "./texts/fill-kind-texts.ts";
import { fill } from "./texts/fill-texts.ts";
import { followed } from "./texts/followed-texts.ts";
import { found } from "./texts/found-texts.ts";
import { live } from "./texts/live-texts.ts";
import { madeWith } from "./texts/made-with-texts.ts";
import { models } from "./texts/models-texts.ts";
import { move } from "./texts/move-texts.ts";
import { palette } from "./texts/palette-texts.ts";
import { pictures } from "./texts/pictures-texts.ts";
import { prompt } from "./texts/prompt-texts.ts";
import { run } from "./texts/run-texts.ts";
import { selection } from "./texts/selection-texts.ts";
import { settings } from "./texts/settings-texts.ts";
import { split } from "./texts/split-texts.ts";
import { texts } from "./texts/texts-texts.ts";
import { window } from "./texts/window-texts.ts";

const AREAS = {
  ...{
    artboards,
    characters,
    common,
    connection,
    drift,
    fill,
    fillKind,
    followed,
    found,
    live,
    madeWith,
    models,
    move,
    palette,
    pictures,
    prompt,
    run,
    selection,
    settings,
    split,
    texts,
    window,
  },
};

type Areas = typeof AREAS;
export type Texts = { readonly [A in keyof Areas]: Areas[A]["en"] };

/** By their own names. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };

const inLanguage = (language: Language) =>
  Object.fromEntries(Object.entries(AREAS).map(([area, words]) => [area, words[language]])) as unknown as Texts;

/** Every text of the interface, in every language. */
export const TEXTS: Readonly<Record<Language, Texts>> = { en: inLanguage("en"), de: inLanguage("de") };

/** The texts in the language that is spoken now. Read it where something is rendered, never where a module is loaded. */
export let t: Texts = TEXTS.en;
export let spoken: Language = "en";

/** From now on in this language. */
export function speak(language: Language): void {
  spoken = language;
  t = TEXTS[language];
}

/** The first of the wished languages (BCP 47) that the interface speaks, else English. */
export function languageFor(wished: readonly string[]): Language {
  const known = wished.map((tag) => LANGUAGES.find((language) => tag.toLowerCase().split("-")[0] === language));
  return known.find((language) => language !== undefined) ?? "en";
}
