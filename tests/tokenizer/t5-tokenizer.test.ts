/** T5's tokenizer gives transformers' ids: tests/fixtures/tokenizer/make_t5.py. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { createCharsmap } from "../../companion/tokenizer/charsmap.ts";
import { readSentencePiece } from "../../companion/tokenizer/sentence-piece.ts";
import { createT5Tokenizer } from "../../companion/tokenizer/t5-tokenizer.ts";
import { t5Vocabulary } from "../../companion/tokenizer/t5-vocabulary.ts";

const tokenizer = createT5Tokenizer({ ...t5Vocabulary(), maxLength: 512, origin: "t5" });
const cases: [string, number[]][] = JSON.parse(
  readFileSync(path.join(__dirname, "../fixtures/tokenizer/t5.json"), "utf8"),
);

test("encode() gives the ids of transformers, filled up with padding", () => {
  expect(tokenizer.vocabSize).toBe(32100);
  const wrong = cases.flatMap(([text, ids]) => {
    const got = tokenizer.encode(text);
    const wanted = [...ids, ...Array(512 - ids.length).fill(0)];
    const own = got.ids.slice(0, got.tokens);
    return got.tokens === ids.length && got.ids.join() === wanted.join() ? [] : [{ text, got: own, ids }];
  });
  expect(wrong).toEqual([]);
});

test("a prompt that is too long loses its end, which is told", () => {
  const words = Array.from({ length: 600 }, (_, i) => `word${i % 10}`);
  const { ids, tokens, dropped } = tokenizer.encode(words.join(" "));
  expect([ids.length, tokens, ids[511]]).toEqual([512, 512, 1]);
  expect(words.join(" ").endsWith(dropped!)).toBe(true);
  expect(tokenizer.encode(words.join(" ").slice(0, -dropped!.length)).dropped).toBeUndefined();
});

// @huggingface/tokenizers 0.2.0 takes every table for NFKC, so that capitals stay what such a model never saw.
test("a table that folds case changes plain English too", () => {
  const folding: { charsmap: string; cases: [string, string][] } = JSON.parse(
    readFileSync(path.join(__dirname, "../fixtures/tokenizer/folding.json"), "utf8"),
  );
  const normal = createCharsmap(Buffer.from(folding.charsmap, "base64"), "folding");
  expect(folding.cases.map(([text]) => [text, normal(text)])).toEqual(folding.cases);
  expect(normal("A RED Cat")).toBe("a red cat");
});

test("what is no SentencePiece model, and no table of characters, is refused", () => {
  const refused = (make: () => unknown) => expect(make).toThrow(expect.objectContaining({ code: "config-invalid" }));
  refused(() => readSentencePiece(Uint8Array.of(), "x"));
  refused(() => readSentencePiece(Uint8Array.of(10, 200, 1), "x"));
  refused(() => readSentencePiece(new TextEncoder().encode("no model"), "x"));
  refused(() => createCharsmap(Uint8Array.of(1, 2), "x"));
  refused(() => createCharsmap(Uint8Array.of(8, 0, 0, 0, 1, 2, 3, 4), "x"));
  refused(() => createT5Tokenizer({ pieces: [["a", 0]], maxLength: 8, origin: "x" }));
});
