import { readFileSync } from "node:fs";
import path from "node:path";
import { openTokenizerFolder } from "../../companion/checkpoint/parts/tokenizer-folder.ts";
import { createClipTokenizer } from "../../companion/tokenizer/clip-tokenizer.ts";
import { clipVocabulary } from "../../companion/tokenizer/clip-vocabulary.ts";
import type { Tokenizer } from "../../companion/tokenizer/tokenizer.ts";

interface Rows {
  readonly pad: number;
  readonly length: number;
  readonly rows: readonly { readonly ids: readonly number[]; readonly count: number }[];
}

/** Made by make.py beside it, with transformers. */
const reference = JSON.parse(readFileSync(path.join(__dirname, "../fixtures/tokenizer/reference.json"), "utf8")) as {
  prompts: readonly string[];
} & Record<"clip" | "open_clip" | "starter", Rows>;

const clip = createClipTokenizer({ ...clipVocabulary(), maxLength: 77 });
const tokenizers: Record<"clip" | "open_clip" | "starter", Tokenizer> = {
  clip,
  open_clip: createClipTokenizer({
    ...clipVocabulary(),
    maxLength: 77,
    start: { content: "<|startoftext|>", normalized: true },
    end: { content: "<|endoftext|>", normalized: true },
    pad: { content: "!" },
  }),
  starter: openTokenizerFolder(path.join(__dirname, "../../starter/weights/tokenizer"), { positions: 32 }),
};

describe.each(["clip", "open_clip", "starter"] as const)("createClipTokenizer() as %s", (name) => {
  const { rows, pad, length } = reference[name];
  const tokenizer = tokenizers[name];

  test("gives the ids of transformers' CLIPTokenizer", () => {
    const wrong: string[] = [];
    reference.prompts.forEach((prompt, i) => {
      const { ids } = tokenizer.encode(prompt);
      const expected = [...rows[i]!.ids, ...Array(length - rows[i]!.ids.length).fill(pad)];
      if (String(ids) !== String(expected))
        wrong.push(`${JSON.stringify(prompt).slice(0, 80)}: ${ids} not ${expected}`);
    });
    expect(wrong).toEqual([]);
  });

  test("counts tokens and says what was dropped", () => {
    reference.prompts.forEach((prompt, i) => {
      const { tokens, dropped } = tokenizer.encode(prompt);
      expect(tokens).toBe(Math.min(rows[i]!.count, length));
      expect(dropped !== undefined).toBe(rows[i]!.count > length);
    });
  });

  test("drops the end of the prompt, and all of the rest fits", () => {
    for (const prompt of reference.prompts) {
      const { dropped } = tokenizer.encode(prompt);
      if (dropped === undefined) continue;
      const composed = prompt.normalize("NFC").trimEnd();
      expect(dropped.length).toBeGreaterThan(0);
      expect(composed.endsWith(dropped)).toBe(true);
      expect(tokenizer.tokenize(composed.slice(0, -dropped.length)).length).toBeLessThanOrEqual(length - 2);
    }
  });
});

test("encode() keeps the case of dropped text and begins it with a whole word", () => {
  const kept = Array(74).fill("apple").join(" ");
  expect(clip.encode(`${kept} Photograph Blue`).dropped).toBe("Blue");
  expect(clip.encode(`${kept} Antidisestablishmentarianism blue`).dropped).toBe("Antidisestablishmentarianism blue");
  expect(clip.encode(`${kept} Pear`).dropped).toBeUndefined();
});

test("createClipTokenizer() refuses a special token that the vocabulary lacks", () => {
  expect(() => createClipTokenizer({ ...clipVocabulary(), maxLength: 77, pad: { content: "<pad>" } })).toThrow(
    'The tokenizer\'s vocabulary lacks its own token "<pad>".',
  );
});
