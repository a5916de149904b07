import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type CommunityNotes, readCommunityNotes } from "../../companion/library/community-notes.ts";
import { sideCars } from "../../companion/library/side-cars.ts";
import { trainedTags } from "../../companion/library/tag-frequency.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";

const top = temporaryFolder();
let count = 0;

/** What is read beside `ink.safetensors`, where these files are. */
function notes(files: Record<string, unknown>, metadata: Record<string, string> = {}): CommunityNotes {
  const folder = path.join(top, String(count++));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files))
    writeFileSync(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  const beside = sideCars(Object.keys(files), (name) => path.join(folder, name)).get("ink") ?? [];
  return readCommunityNotes({
    name: "ink.safetensors",
    beside,
    metadata: new Map(Object.entries(metadata)),
    within: [top],
  });
}
const words = (...of: Parameters<typeof notes>) => notes(...of).triggerWords;

test("readCommunityNotes() reads A1111's card: at commas, not within brackets, without other tags", () => {
  const card = { "activation text": "inkst,  (red dress, long:1.2), <lora:ink:1> hat,", "preferred weight": 0.7 };
  expect(notes({ "ink.json": card })).toEqual({
    triggerWords: ["inkst", "(red dress, long:1.2)", "hat"],
    suggestedWeight: 0.7,
  });
  expect(notes({ "ink.json": { "preferred weight": 0 } })).toEqual({ triggerWords: [] });
});

test("readCommunityNotes() finds Civitai's words in every program's file, each entry whole", () => {
  const trainedWords = ["1girl, inkst", "ink style"];
  for (const [name, record] of Object.entries({
    "ink.civitai.info": { trainedWords, baseModel: "SD 1.5" },
    "ink.cm-info.json": { ModelId: 1, TrainedWords: trainedWords },
    "ink.cminfo.json": { TrainedWords: trainedWords },
    "ink.metadata.json": { file_name: "ink", trigger_words: null, civitai: { trainedWords } },
    "ink.safetensors.rgthree-info.json": { trainedWords: trainedWords.map((word) => ({ word, civitai: true })) },
    "ink.json": {
      id: 3,
      modelVersions: [
        { trainedWords: ["other"], files: [] },
        { trainedWords, files: [{ name: "ink.safetensors" }] },
      ],
    },
  }))
    expect([name, words({ [name]: record })]).toEqual([name, trainedWords]);
});

test("readCommunityNotes() prefers what the user typed, then the record, then the file, then captions", () => {
  const frequency = JSON.stringify({ "10_ink": { tagged: 20, "1girl": 20 } });
  const file = { "modelspec.trigger_phrase": "phrase", ss_tag_frequency: frequency };
  const record = { trainedWords: ["trained"] };
  expect(words({ "ink.civitai.info": record, "ink.json": { "activation text": "typed" } }, file)).toEqual(["typed"]);
  expect(words({ "ink.civitai.info": record, "ink.json": { "activation text": "  " } }, file)).toEqual(["trained"]);
  expect(words({}, file)).toEqual(["phrase"]);
  expect(words({ "ink.swarm.json": { "modelspec.trigger_phrase": "swarm" } }, file)).toEqual(["swarm"]);
  expect(words({ "ink.txt": "plain, words" }, { ss_tag_frequency: frequency })).toEqual(["plain", "words"]);
  expect(words({}, { ss_tag_frequency: frequency })).toEqual(["tagged"]);
  expect(words({}, { trigger_words: '["a", "b"]' })).toEqual(["a", "b"]);
});

test("readCommunityNotes() takes a text for words only where it looks like some", () => {
  expect(words({ "ink.txt": "A long note about this model. See https://example.org/ink for more." })).toEqual([]);
  expect(words({ "ink.txt": "x, ".repeat(600) })).toEqual([]);
  expect(words({ "ink.txt": "" })).toEqual([]);
});

test("readCommunityNotes() reads weights and licences", () => {
  const weight = (...of: Parameters<typeof notes>) => notes(...of).suggestedWeight;
  expect(weight({ "ink.metadata.json": { usage_tips: '{"strength": 0.85}' } })).toBe(0.85);
  expect(weight({}, { "modelspec.lora_default_weight": "0.6" })).toBe(0.6);
  expect(weight({ "ink.json": { "preferred weight": 1e9 } })).toBeUndefined();
  const licence = (...of: Parameters<typeof notes>) => notes(...of).licence;
  expect(licence({}, { "modelspec.license": "MIT" })).toBe("MIT");
  expect(licence({ "ink.json": { allowCommercialUse: "{Image,RentCivit}" } })).toMatch(/may be sold/);
  expect(licence({ "ink.metadata.json": { civitai: { model: { allowCommercialUse: [] } } } })).toMatch(
    /^No commercial use,/,
  );
  expect(licence({ "ink.json": { allowCommercialUse: ["Rent"] } })).toMatch(/services/);
});

test.each([
  ["a list", { "ink.json": [] }],
  ["broken JSON", { "ink.json": "{broken", "ink.civitai.info": "\u0000\u0001" }],
  [
    "wrong types",
    { "ink.json": { "activation text": 5, "preferred weight": "much", trainedWords: { a: 1 }, license: [] } },
  ],
  ["words of the wrong type", { "ink.civitai.info": { trainedWords: [1, null, {}, [], { word: 3 }, ""] } }],
  ["records of the wrong type", { "ink.json": { modelVersions: "x", civitai: [1], raw: null, model: 7 } }],
  ["deep nesting", { "ink.json": "[".repeat(100_000) }],
  ["a prototype", { "ink.json": '{"__proto__": {"activation text": "x"}, "constructor": {"trainedWords": ["x"]}}' }],
])("readCommunityNotes() hears nothing from %s", (_, files) => {
  expect(notes(files as Record<string, unknown>)).toEqual({ triggerWords: [] });
});

test("readCommunityNotes() shows no markup and obeys no control characters", () => {
  const trainedWords = ["<script>alert(1)</script>ink", "a\u001b[31mb\u202ec\n", "x".repeat(10_000)];
  expect(words({ "ink.civitai.info": { trainedWords } })).toEqual(["alert(1) ink", "a [31mb c", "x".repeat(200)]);
  expect(words({ "ink.civitai.info": { trainedWords: Array.from({ length: 5000 }, (_, i) => `w${i}`) } })).toHaveLength(
    24,
  );
});

test("readCommunityNotes() reads nothing huge, nothing outside, and no pipe's end", () => {
  const folder = path.join(top, "odd");
  mkdirSync(folder);
  const file = (name: string) => path.join(folder, name);
  writeFileSync(file("ink.json"), '{"activation text": "huge"}');
  truncateSync(file("ink.json"), 100 * 2 ** 20);
  symlinkSync("/etc/hostname", file("ink.txt"));
  symlinkSync("/dev/zero", file("ink.civitai.info"));
  mkdirSync(file("ink.cm-info.json"));
  const names = ["ink.json", "ink.txt", "ink.civitai.info", "ink.cm-info.json", "ink.metadata.json"];
  const beside = sideCars(names, file).get("ink")!;
  expect(beside).toHaveLength(5);
  const read = () => readCommunityNotes({ name: "ink.safetensors", beside, metadata: new Map(), within: [folder] });
  expect(read()).toEqual({ triggerWords: [] });
});

test("trainedTags() finds what nearly all pictures of a folder share, and no captioner's words", () => {
  const of = (json: unknown) => trainedTags(JSON.stringify(json));
  expect(of({ "5_hasu style": { hasu: 20, "1girl": 20, hat: 19, tree: 3 } })).toEqual(["hasu", "hat"]);
  expect(of({ "10_sks dog": { "sks dog": 12 } })).toEqual(["sks dog"]);
  expect(of({ "1_data": { "1girl": 90, solo: 89 } })).toEqual([]);
  expect(of({ "1_data": { "a man who walks": 1, "a dog that sleeps": 1 } })).toEqual([]);
  expect(of({ "1_b": { small: 3, b: 3 }, "2_a": { large: 30 } })).toEqual(["large", "b", "small"]);
  for (const odd of [[], 5, null, { a: 5 }, { a: { b: "c" } }]) expect(of(odd)).toEqual([]);
  expect(trainedTags("{")).toEqual([]);
});

test("sideCars() knows a file's side-cars by its name", () => {
  const names = [
    "a.b.png",
    "a.b.preview.JPG",
    "a.b.json",
    "a.b.safetensors.rgthree-info.json",
    "c.png",
    ".png",
    "a.b.gif",
  ];
  const found = sideCars(names, (name) => `/m/${name}`);
  expect(found.get("a.b")!.map(({ file, kind }) => [file, kind])).toEqual([
    ["/m/a.b.preview.JPG", "picture"],
    ["/m/a.b.png", "picture"],
    ["/m/a.b.safetensors.rgthree-info.json", "note"],
    ["/m/a.b.json", "note"],
  ]);
  expect(found.get("c")).toHaveLength(1);
});
