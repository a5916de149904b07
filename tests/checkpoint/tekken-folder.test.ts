/** Tokenizer folders of language models whose rules are in tokenizer.json: what they say is done, or refused by name. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openQwenFolder } from "../../companion/checkpoint/parts/qwen-folder.ts";
import { openTekkenFolder } from "../../companion/checkpoint/parts/tekken-folder.ts";
import { ERNIE } from "./ernie-image-sample.ts";
import { KLEIN } from "./klein-sample.ts";
import { temporaryFolder } from "./sample.ts";

const top = temporaryFolder();
const own = path.join(ERNIE, "tokenizer");
const template = { before: "", after: "" };
const options = { maxLength: 2048, template };
type Json = Record<string, unknown>;
const read = (name: string): Json => JSON.parse(readFileSync(path.join(own, name), "utf8"));
let count = 0;

/** The tiny tokenizer with other rules. */
function changed(whole: Json, config: Json = {}) {
  const folder = path.join(top, String(count++), "tokenizer");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "tokenizer.json"), JSON.stringify({ ...read("tokenizer.json"), ...whole }));
  writeFileSync(
    path.join(folder, "tokenizer_config.json"),
    JSON.stringify({ ...read("tokenizer_config.json"), ...config }),
  );
  return openTekkenFolder(folder, options);
}
const idsOf = (tokenizer: ReturnType<typeof openTekkenFolder>, text: string) => {
  const { ids, tokens } = tokenizer.encode(text);
  return ids.slice(0, tokens);
};
const BEGIN = 1;

test("a prompt begins with what the post-processor puts before it, and is cut at the tokenizer's own length", () => {
  const tokenizer = openTekkenFolder(own, options);
  expect([tokenizer.maxLength, tokenizer.idOf("<pad>")]).toEqual([64, 5]);
  expect(idsOf(tokenizer, "")).toEqual([BEGIN]);
  expect(idsOf(tokenizer, "red<s>cat").filter((id) => id === BEGIN)).toHaveLength(2);
  const { ids, tokens, dropped } = tokenizer.encode("a red cat ".repeat(60));
  expect([ids.length, tokens, ids[0]]).toEqual([64, 64, BEGIN]);
  expect(dropped).toMatch(/cat$/);
});

test("the configuration says by name whether a text begins with a mark; where nothing does, an empty one is that mark alone", () => {
  const plain = changed({ post_processor: null });
  const [first, ...rest] = idsOf(openTekkenFolder(own, options), "a red cat");
  expect([first, idsOf(plain, "a red cat"), idsOf(plain, "")]).toEqual([BEGIN, rest, [BEGIN]]);
  expect(idsOf(changed({ post_processor: null }, { add_bos_token: true }), "a red cat")).toEqual([BEGIN, ...rest]);
  expect(idsOf(changed({}, { add_bos_token: false }), "a red cat")).toEqual(rest);
  const nameless = changed({ post_processor: { type: "ByteLevel" } }, { bos_token: null });
  expect(idsOf(nameless, "")).toEqual([0]);
});

test("Qwen's rules give Qwen's ids", () => {
  const folder = path.join(KLEIN, "tokenizer");
  const [ours, theirs] = [openTekkenFolder(folder, options), openQwenFolder(folder, options)];
  for (const text of ["It'S an OLD castle’s photo…\n\n 1234 naïve café 🍎  <think> e\u0301", "WE'LL  see\n"])
    expect(idsOf(ours, text)).toEqual(theirs.encode(text).ids.slice(0, theirs.encode(text).tokens));
});

test.each<[string, Json, Json]>([
  ["is no byte-pair encoding", { model: { type: "Unigram" } }, {}],
  ["changes texts before it reads them", { normalizer: { type: "Lowercase" } }, {}],
  ["takes texts apart in its own way", { pre_tokenizer: { type: "Metaspace" } }, {}],
  ["takes texts apart in its own way", { pre_tokenizer: { type: "ByteLevel", add_prefix_space: true } }, {}],
  ["puts a mark behind texts", {}, { add_eos_token: true }],
  [
    "puts a mark behind texts",
    {
      post_processor: {
        type: "TemplateProcessing",
        single: [{ Sequence: { id: "A" } }, { SpecialToken: { id: "</s>" } }],
      },
    },
    {},
  ],
  ["ends texts in its own way", { post_processor: { type: "BertProcessing" } }, {}],
  ["leaves no room for a prompt", {}, { model_max_length: 1 }],
  [
    "takes texts apart in a way",
    {
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: "(a+)+$" }, behavior: "Isolated" },
          { type: "ByteLevel", add_prefix_space: false, use_regex: false },
        ],
      },
    },
    {},
  ],
])("what a tokenizer does that this version cannot is refused: %s", (words, whole, config) => {
  expect(() => changed(whole, config)).toThrow(words);
});
