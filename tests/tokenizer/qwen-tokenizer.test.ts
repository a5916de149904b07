/** Qwen's tokenizer gives transformers' ids: tests/fixtures/tokenizer/make_qwen.py. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { createQwenTokenizer } from "../../companion/tokenizer/qwen-tokenizer.ts";
import { qwenVocabulary } from "../../companion/tokenizer/qwen-vocabulary.ts";

const tokenizer = createQwenTokenizer({ ...qwenVocabulary(), maxLength: 512, thinking: "over" });
const cases: [string, number[]][] = JSON.parse(
  readFileSync(path.join(__dirname, "../fixtures/tokenizer/qwen.json"), "utf8"),
);
const PAD = 151643;

test("encode() gives the ids of transformers, within the template of one turn without thinking", () => {
  expect(tokenizer.vocabSize).toBe(151669);
  const wrong = cases.flatMap(([text, ids]) => {
    const got = tokenizer.encode(text);
    const wanted = [...ids, ...Array(512 - ids.length).fill(PAD)];
    return got.tokens === ids.length && got.ids.join() === wanted.join() ? [] : [{ text, got: got.ids, ids }];
  });
  expect(wrong).toEqual([]);
});

test("a prompt that is too long loses its end, which is told", () => {
  const words = Array.from({ length: 600 }, (_, i) => `word${i % 10}`);
  const { ids, tokens, dropped } = tokenizer.encode(words.join(" "));
  expect([ids.length, tokens]).toEqual([512, 512]);
  expect(words.join(" ").endsWith(dropped!)).toBe(true);
  expect(tokenizer.encode(words.join(" ").slice(0, -dropped!.length)).dropped).toBeUndefined();
});
