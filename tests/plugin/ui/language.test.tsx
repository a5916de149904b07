import "./browser-globals.ts";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { transformSync } from "esbuild";
import { render } from "preact-render-to-string";
import { CATALOGUE } from "../../../companion/library/catalogue.ts";
import type { Actions } from "../../../plugin/ui/actions/actions.ts";
import { App } from "../../../plugin/ui/app.tsx";
import { languageFor, speak, TEXTS } from "../../../plugin/ui/text/language.ts";
import { problemInWords, said } from "../../../plugin/ui/text/said.ts";
import { storeOf, VIEWS } from "./views.ts";

afterEach(() => speak("en"));

/** Every action does nothing, and every part of it that is asked for, too. */
const nothing: unknown = new Proxy(() => undefined, { get: () => nothing });
const actions = nothing as Actions;

const READ = /\s(?:title|aria-label|aria-valuetext|placeholder|alt|label)="([^"]*)"/g;
const decoded = (text: string) =>
  text
    .replace(/&(?:quot|#34);/g, '"')
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");

/** What a person reads or hears of the view. */
function textsOf(view: string, language: "en" | "de"): string[] {
  const html = render(<App actions={actions} store={storeOf(VIEWS[view]!, { language })} />);
  const shown = html.replace(/<(?:code|svg)[\s\S]*?<\/(?:code|svg)>/g, "").split(/<[^>]*>/);
  return [...shown, ...[...html.matchAll(READ)].map(([, text]) => text!)]
    .map((text) => decoded(text).trim())
    .filter((text) => text !== "");
}

/** Texts of a table, without those that are functions. */
const plain = (texts: object): string[] =>
  Object.values(texts).flatMap((each) =>
    typeof each === "string" ? [each] : typeof each === "object" && each !== null ? plain(each) : [],
  );
const german = new Set(plain(TEXTS.de));
const ENGLISH = new Set(plain(TEXTS.en).filter((text) => !german.has(text)));
const ENGLISH_WORDS =
  /\b(?:the|this|that|is|are|with|and|from|your|you|its|it|what|which|for|not|to|of|as|than|more)\b/;
/** What a model hears stays as it is typed; what was said elsewhere stands in details. */
const DATA =
  /make it night|Import plugin from manifest|the cat of image|Keep the face of|Words from elsewhere|nobody translated|cannot be reached|is a pickle|^No\.$|^Hm\.$/;

test.each(Object.keys(VIEWS))("“%s” has no English left in German", (view) => {
  const texts = textsOf(view, "de").filter((text) => !DATA.test(text));
  expect(texts.filter((text) => ENGLISH.has(text) || ENGLISH_WORDS.test(text))).toEqual([]);
});

test.each(Object.keys(VIEWS))("“%s” says as much in German as in English, and no “undefined” in either", (view) => {
  const [en, de] = [textsOf(view, "en"), textsOf(view, "de")];
  expect([...en, ...de].filter((text) => /undefined|NaN|\[object|function/.test(text))).toEqual([]);
  expect(Math.abs(de.length - en.length)).toBeLessThanOrEqual(4);
});

test("the walk through a view finds English", () => {
  expect(textsOf("generate", "en").some((text) => ENGLISH.has(text))).toBe(true);
});

test("languageFor() takes the first that it speaks", () => {
  expect(languageFor(["fr-FR", "de-AT", "en"])).toBe("de");
  expect(languageFor(["en-GB", "de"])).toBe("en");
  expect(languageFor([])).toBe("en");
});

/** The Problems that the plugin itself throws, with "…" for each value. */
function problemsOfPlugin(): string[] {
  const root = path.resolve(__dirname, "../../../plugin");
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .flatMap((file) => {
      const source = readFileSync(path.join(root, file), "utf8");
      const { code } = transformSync(source, { loader: file.endsWith("x") ? "tsx" : "ts", charset: "utf8" });
      const sentence =
        /(?:new Problem\(\s*"[^"]+",\s*|refuse\(\s*|code: "[^"]+",\s*message: )(?:"([^"\n]+)"|`((?:[^`\\]|\\.)+)`)/g;
      return [...code.matchAll(sentence)].map(([, text, template]) =>
        (text ?? template)!.replace(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, "…"),
      );
    });
}

test("every Problem of the plugin is said in German", () => {
  const all = problemsOfPlugin();
  expect(all.length).toBeGreaterThan(40);
  speak("de");
  const internal = (text: string) => problemInWords({ code: "internal", message: text });
  expect(
    all.filter(
      (text) =>
        internal(text).detail === text &&
        !/wrong inside|defect|does not understand|did not accept|room for …/.test(text),
    ),
  ).toEqual([]);
});

test("what the companion recommends is said in German", () => {
  speak("de");
  const all = CATALOGUE.flatMap(({ goodFor, licence }) => [goodFor, licence]);
  expect(all.filter((text) => said(text) === text)).toEqual([]);
});

test("problemInWords() keeps the values, and puts what is technical one click deeper", () => {
  const offline = {
    code: "download-failed",
    message: '"a/b" cannot be reached (getaddrinfo ENOTFOUND hub): check the connection.',
  } as const;
  expect(problemInWords(offline)).toEqual({
    text: expect.stringMatching(/^Hugging Face can’t be reached/),
    detail: offline.message,
  });
  speak("de");
  expect(
    problemInWords({
      code: "target-gone",
      message: "“Hero” was deleted while the picture was made. Place it as a new layer instead.",
    }),
  ).toEqual({
    text: "„Hero“ wurde gelöscht, während das Bild entstand. Platziere es als neue Ebene.",
  });
  expect(problemInWords({ code: "disk-full", message: "Never heard." })).toEqual({
    text: "Die Festplatte ist voll. Schaffe Platz und versuche es erneut.",
    detail: "Never heard.",
  });
  expect(said("Placed above the instance “Card”. “Spot” still covers it.")).toBe(
    "Über „Card“ platziert, weil darin nichts Neues liegen kann. „Spot“ verdeckt es noch.",
  );
});
