/** Qwen's tokenizer gives transformers' ids: tests/fixtures/tokenizer/make_qwen.py. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { READINGS } from "../../companion/checkpoint/qwen-image/model.ts";
import { createQwenTokenizer, QWEN3_TURN } from "../../companion/tokenizer/qwen-tokenizer.ts";
import { qwenVocabulary } from "../../companion/tokenizer/qwen-vocabulary.ts";

const tokenizer = createQwenTokenizer({ ...qwenVocabulary(), maxLength: 512, template: QWEN3_TURN.over });
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

test("Qwen2.5 knows no marks of thinking, and all other tokens by the same ids", () => {
  const common = { maxLength: 512, template: QWEN3_TURN.over };
  expect(() => createQwenTokenizer({ ...qwenVocabulary("qwen2.5"), ...common })).toThrow("lacks its own token");
  const template = QWEN3_TURN.open;
  const [older, newer] = (["qwen2.5", "qwen3"] as const).map((generation) =>
    createQwenTokenizer({ ...qwenVocabulary(generation), maxLength: 512, template }),
  );
  expect(older!.vocabSize).toBe(151665);
  const marked = /<\/?(?:think|tool_response)>/;
  for (const [text] of cases) {
    const same = older!.encode(text).ids.join() === newer!.encode(text).ids.join();
    expect([text, same]).toEqual([text, !marked.test(text)]);
  }
});

test.each(["draw", "edit"] as const)(
  "of Qwen-Image's template to %s as many tokens are skipped as stand before the prompt",
  (use) => {
    const { template, skipped } = READINGS[use];
    const before = createQwenTokenizer({
      ...qwenVocabulary("qwen2.5"),
      ...{ maxLength: 512, template: { before: template.before, after: "" } },
    });
    expect(before.encode("").tokens).toBe(skipped);
  },
);
