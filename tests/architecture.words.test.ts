/** Every text of the interface stands in plugin/ui/text/texts, in each language: none is written where it is shown. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { transformSync } from "esbuild";

const UI = path.resolve(__dirname, "../plugin/ui");
const files = readdirSync(UI, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /\.tsx?$/.test(file) && !/\.d\.ts$|^text\/(texts|sentences)\//.test(file));

/** A piece of a script: one quoted text, or what stands between two. */
interface Piece {
  readonly text: string;
  readonly quoted: boolean;
}

const PIECE =
  /"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`|(?<=[(,=:[!&|?{};\n]\s*)\/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\]|\\.)*\])+\/\w*/g;

/** In order; types, comments and JSX are gone. Regular expressions count as what stands between. */
function piecesOf(source: string): Piece[] {
  const { code } = transformSync(source, {
    loader: "tsx",
    jsx: "automatic",
    jsxImportSource: "preact",
    charset: "utf8",
  });
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of code.matchAll(PIECE)) {
    const text = match[1] ?? match[2];
    if (text === undefined) continue;
    pieces.push({ text: code.slice(at, match.index), quoted: false }, { text, quoted: true });
    at = match.index + match[0].length;
  }
  return [...pieces, { text: code.slice(at), quoted: false }];
}

/** Properties whose value a person reads or hears. */
const READ = /(?:["\s{,](?:title|label|alt|placeholder|hint|term|add|text|children)|"?aria-(?:label|valuetext)"?): $/;
/** Brackets that are open, innermost last: whether each is an array of children. */
function openAfter(open: readonly boolean[], text: string): readonly boolean[] {
  const next = [...open];
  for (const [i, sign] of [...text].entries()) {
    if ("([{".includes(sign)) next.push(sign === "[" && text.slice(0, i).endsWith("children: "));
    else if (")]}".includes(sign)) next.pop();
  }
  return next;
}
/** What only programmers and browsers read. */
const FOR_PROGRAMS =
  /(?:(?:class|className|style|from|role|rel): $|querySelector\w*\($|matches\($|closest\($|new Error\($|RegExp\($|execCommand\($|(?:FIELDS|KINDS|MODES) = $|^import )/;
/** The same in every language; and values of types. */
const NAMES = new Set([
  ...["AutoV2", "LoRA", "ControlNet", "SHA-256", "px", "npm start"],
  ...["over anyway", "its own", "as it is", "as assumed", "Component set", "digit next"],
]);

/** What a person would read, and could not read in another language. */
function textsIn(source: string): string[] {
  const pieces = piecesOf(source);
  const found: string[] = [];
  let inProblem = 0;
  let open: readonly boolean[] = [];
  for (const [i, { text, quoted }] of pieces.entries()) {
    const before = pieces[i - 1]?.text ?? "";
    if (!quoted) {
      open = openAfter(open, text);
      if (/new Problem\($/.test(text.trimEnd())) inProblem = 2;
      else if (/\bcode: $/.test(text)) inProblem = 2;
      continue;
    }
    // The code of a Problem, and its sentence: that is said in another language by text/sentences.
    if (inProblem > 0) {
      inProblem--;
      continue;
    }
    const bare = text.replace(/\$\{[^}]*\}/g, "").trim();
    if (NAMES.has(bare) || FOR_PROGRAMS.test(before)) continue;
    const isSentence = /\p{L}{2,},? \p{L}{2,}/u.test(bare);
    const isShown = (READ.test(before) || (open.at(-1) === true && /[[,]\s*$/.test(before))) && /\p{L}{2,}/u.test(bare);
    if (isSentence || isShown) found.push(bare);
  }
  return found;
}

test.each(files)("plugin/ui/%s writes no text of its own", (file) => {
  expect(textsIn(readFileSync(path.join(UI, file), "utf8"))).toEqual([]);
});

test("the search for texts finds them, and what only programs read it leaves", () => {
  expect(textsIn('const a = <b title="Large">Nothing here</b>;')).toEqual(["Large", "Nothing here"]);
  expect(textsIn('const a = <b class="one two" title={t.large}>{name}</b>;')).toEqual([]);
  expect(textsIn("const a = <p>{count} left</p>; // two words")).toEqual(["left"]);
  expect(textsIn('const a = <p>Only {count}</p>; const b = "two words";')).toEqual(["Only", "two words"]);
  expect(textsIn('throw new Problem("target-gone", "It is gone.");')).toEqual([]);
});
