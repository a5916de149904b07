import { chunkTokens } from "../../companion/prompt/chunk-tokens.ts";
import { expandPrompt } from "../../companion/prompt/expand-prompt.ts";
import { parseAttention } from "../../companion/prompt/parse-attention.ts";
import { schedulePrompt } from "../../companion/prompt/schedule-prompt.ts";
import { weighEmbeddings } from "../../companion/prompt/weigh-embeddings.ts";

const pairs = (prompt: string) =>
  parseAttention(prompt).map((s) => ("break" in s ? "BREAK" : [s.text, Number(s.weight.toFixed(6))]));

describe("parseAttention()", () => {
  // The examples in the documentation of A1111's own parser.
  test.each<[string, unknown[]]>([
    ["normal text", [["normal text", 1]]],
    [
      "an (important) word",
      [
        ["an ", 1],
        ["important", 1.1],
        [" word", 1],
      ],
    ],
    ["(unbalanced", [["unbalanced", 1.1]]],
    ["\\(literal\\]", [["(literal]", 1]]],
    ["(unnecessary)(parens)", [["unnecessaryparens", 1.1]]],
    [
      "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).",
      [
        ["a ", 1],
        ["house", 1.573],
        [" ", 1.1],
        ["on", 1],
        [" a ", 1.1],
        ["hill", 0.55],
        [", sun, ", 1.1],
        ["sky", 1.4641],
        [".", 1.1],
      ],
    ],
    ["", [["", 1]]],
    ["12:30 clock", [["12:30 clock", 1]]],
    ["a cat BREAK on a mat BREAK", [["a cat", 1], "BREAK", ["on a mat", 1], "BREAK", ["", 1]]],
    [
      "a (mat BREAK red:2)",
      [
        ["a ", 1],
        ["mat", 2],
        ["BREAK", -2],
        ["red", 2],
      ],
    ],
    ["(odd:1.2.3)", [["odd:1.2.3)", 1.1]]],
  ])("reads %j", (prompt, expected) => expect(pairs(prompt)).toEqual(expected));
});

describe("schedulePrompt()", () => {
  // The examples in the documentation of A1111's own function, of 10 steps.
  test.each<[string, [number, string][]]>([
    ["test", [[10, "test"]]],
    [
      "a [b: 3]",
      [
        [3, "a "],
        [10, "a b"],
      ],
    ],
    [
      "a [[[b]]:2]",
      [
        [2, "a "],
        [10, "a [[b]]"],
      ],
    ],
    [
      "[(a:2):3]",
      [
        [3, ""],
        [10, "(a:2)"],
      ],
    ],
    [
      "a [b : c : 1] d",
      [
        [1, "a b  d"],
        [10, "a  c  d"],
      ],
    ],
    [
      "a[b:[c:d:2]:1]e",
      [
        [1, "abe"],
        [2, "ace"],
        [10, "ade"],
      ],
    ],
    ["a [unbalanced", [[10, "a [unbalanced"]]],
    [
      "a [b:.5] c",
      [
        [5, "a  c"],
        [10, "a b c"],
      ],
    ],
    [
      "((a][:b:c [d:3]",
      [
        [3, "((a][:b:c "],
        [10, "((a][:b:c d"],
      ],
    ],
    [
      "[a::0.2]b",
      [
        [2, "ab"],
        [10, "b"],
      ],
    ],
    ["[a:b:0]", [[10, "b"]]],
    ["a | [b:c:5]", [[10, "a | [b:c:5]"]]],
    ["\\[a:b:5\\]", [[10, "\\[a:b:5\\]"]]],
  ])("reads %j", (prompt, expected) =>
    expect(schedulePrompt(prompt, 10).map(({ text, until }) => [until, text])).toEqual(expected),
  );

  test("takes turns", () =>
    expect(schedulePrompt("[fe|||]male", 5).map(({ text }) => text)).toEqual([
      "female",
      "male",
      "male",
      "male",
      "female",
    ]));

  test("takes thousands of open brackets for what they are", () => {
    const prompt = "([".repeat(2000);
    expect(schedulePrompt(prompt, 10)).toEqual([{ text: prompt, until: 10 }]);
  });
});

describe("chunkTokens()", () => {
  const comma = 99;
  // One id a word; the comma is a word of its own.
  const vocabulary = {
    encode: (text: string) => (text.match(/[^\s,]+|,/g) ?? []).map((word) => (word === "," ? comma : Number(word))),
    maxLength: 12,
    startId: 1000,
    endId: 1001,
    padId: 1002,
  };
  const words = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

  test("fills one chunk and pads it", () => {
    const { chunks, tokens } = chunkTokens([{ text: "1 2", weight: 1.5 }], vocabulary);
    expect(tokens).toBe(2);
    expect(chunks).toEqual([
      { ids: [1000, 1, 2, 1001, ...Array(8).fill(1002)], weights: [1, 1.5, 1.5, ...Array(9).fill(1)] },
    ]);
  });

  test("gives one empty chunk for an empty prompt", () => {
    expect(chunkTokens([{ text: "", weight: 1 }], vocabulary).chunks).toHaveLength(1);
  });

  test("starts the next chunk behind the last comma", () => {
    const text = `1 2 3 4 5 , ${words(6, 12).join(" ")}`;
    const { chunks, tokens } = chunkTokens([{ text, weight: 1 }], vocabulary);
    expect(chunks.map((c) => c.ids.filter((id) => id < 1000))).toEqual([[1, 2, 3, 4, 5, comma], words(6, 12)]);
    expect(tokens).toBe(10 + 7);
  });

  test("cuts in the middle where there is no comma", () => {
    const { chunks } = chunkTokens([{ text: words(1, 25).join(" "), weight: 1 }], vocabulary);
    expect(chunks.map((c) => c.ids.filter((id) => id < 1000))).toEqual([words(1, 10), words(11, 20), words(21, 25)]);
  });

  test("breaks at BREAK", () => {
    const { chunks } = chunkTokens([{ text: "1", weight: 1 }, { break: true }, { text: "2", weight: 1 }], vocabulary);
    expect(chunks.map((c) => c.ids[1])).toEqual([1, 2]);
  });
});

describe("weighEmbeddings()", () => {
  test("keeps the mean over the chunk", () => {
    const embedding = Float32Array.of(1, 3, 2, 2);
    weighEmbeddings([{ embedding, weights: [1, 3] }]);
    // [1, 3, 6, 6] has twice the mean of [1, 3, 2, 2].
    expect([...embedding]).toEqual([0.5, 1.5, 3, 3]);
  });

  test("keeps the mean over all that a prompt says in time", () => {
    const [first, second] = [Float32Array.of(1, 1), Float32Array.of(2, 4)];
    weighEmbeddings([
      { embedding: first, weights: [1, 1] },
      { embedding: second, weights: [1, 2] },
    ]);
    // 12 where there was 8.
    expect([...first, ...second].map((value) => Number(value.toFixed(5)))).toEqual([
      0.66667, 0.66667, 1.33333, 5.33333,
    ]);
  });

  test("leaves a chunk without emphasis untouched", () => {
    const embedding = Float32Array.of(0, 0);
    weighEmbeddings([{ embedding, weights: [1, 1] }]);
    expect([...embedding]).toEqual([0, 0]);
  });
});

describe("expandPrompt()", () => {
  test("drops comments and takes out LoRA tags", () => {
    const { text, loras } = expandPrompt("a fox # draft\n# all of this\nin snow <lora:ink style:0.8><lora:flat>", 1);
    expect(text.replace(/\s+/g, " ").trim()).toBe("a fox in snow");
    expect(loras).toEqual([
      { name: "ink style", weight: 0.8 },
      { name: "flat", weight: 1 },
    ]);
  });

  test("chooses alternatives by the seed, the same ones for the same seed", () => {
    const prompt = "{red|green|blue} {cat|dog {big|small}}";
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const { text } = expandPrompt(prompt, seed);
      expect(text).toMatch(/^(red|green|blue) (cat|dog (big|small))$/);
      expect(expandPrompt(prompt, seed).text).toBe(text);
      seen.add(text);
    }
    expect(seen.size).toBe(9);
  });

  test("takes a colour for a colour", () =>
    expect(expandPrompt("icon in #FF8800 and #fff # not #000", 1).text).toBe("icon in #FF8800 and #fff "));

  test.each<[string, number, number]>([
    ["<lora:ink:0.5:-1>", 0.5, -1],
    ["<lora:ink:0.5:0.5>", 0.5, 0.5],
    ["<lora:ink:1.>", 1, 1],
    ["<lora:ink: .5 >", 0.5, 0.5],
    ["<lora:ink:te=0.5>", 0.5, 0.5],
    ["<lora:ink:unet=0.8:te=0.5>", 0.5, 0.8],
    ["<lora:ink:0.5:unet=0.8>", 0.5, 0.8],
    ["<lyco:ink:0.2:0.3:te=2>", 2, 0.3],
  ])("reads the text encoder's and the UNet's weight of %s", (tag, text, unet) => {
    const { text: rest, loras } = expandPrompt(`a ${tag}b`, 1);
    expect(rest).toBe("a b");
    expect(loras.map(({ name, weight, textEncoderWeight = weight }) => [name, textEncoderWeight, weight])).toEqual([
      ["ink", text, unet],
    ]);
  });

  test.each([
    ["<lora:ink:much>", /"much" is no number/],
    ["<lora:ink:te=1:0.5:1:8>", /rank/],
    ["<lora:te=1>", /names no LoRA/],
    ["<hypernet:old:1>", /<hypernet:old:1>" in the prompt as only LoRAs/],
  ])("refuses %s", (tag, message) => expect(() => expandPrompt(tag, 1)).toThrow(message));

  test("keeps escaped braces", () => expect(expandPrompt("\\{a\\|b\\}", 3).text).toBe("{a|b}"));
});
