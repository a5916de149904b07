import { emphasise } from "../../../plugin/ui/text/emphasis.ts";
import { hasWords, loraTags, withoutWords, withWords } from "../../../plugin/ui/text/prompt-words.ts";

test("withWords() puts words at the end, withoutWords() takes them out again", () => {
  expect(withWords("", "ink style")).toBe("ink style");
  expect(withWords("a fox, ", "ink style")).toBe("a fox, ink style");
  for (const prompt of ["", "a fox", "a fox, on a hill"])
    expect(withoutWords(withWords(prompt, "ink style"), "ink style")).toBe(prompt);
  expect(withoutWords("ink style, a fox", "ink style")).toBe("a fox");
  expect(withoutWords("a fox, ink style, on a hill", "ink style")).toBe("a fox, on a hill");
});

test.each([
  ["a fox, ink style", true],
  ["a fox, Ink  Style, night", true],
  ["a fox, (ink style:1.2)", true],
  ["a fox in ink style", false],
  ["pink style", false],
])("hasWords() of %j is %s", (prompt, expected) => {
  expect(hasWords(prompt, "ink style")).toBe(expected);
});

test("withoutWords() leaves emphasised words to the designer", () => {
  expect(withoutWords("a fox, (ink style:1.2)", "ink style")).toBe("a fox, (ink style:1.2)");
});

test("hasWords() takes words as they are, signs included", () => {
  expect(hasWords("1girl, <3 (cute)", "<3 (cute)")).toBe(true);
  expect(hasWords("1girl", ".*")).toBe(false);
});

test("loraTags() reads what the companion reads", () => {
  expect(loraTags("a <lora:ink:0.8> fox <lora:more detail> <lora:x:0.5:-1> <lyco:y:1>")).toEqual([
    { name: "ink", weight: 0.8 },
    { name: "more detail", weight: 1 },
    { name: "x", weight: -1, textEncoderWeight: 0.5 },
    { name: "y", weight: 1 },
  ]);
});

const at = (marked: string) => {
  const [start, end] = [marked.indexOf("|"), marked.lastIndexOf("|")];
  const text = marked.replaceAll("|", "");
  return start === end ? { text, start, end } : { text, start, end: end - 1 };
};
const shown = (selected: ReturnType<typeof emphasise>) =>
  selected &&
  [
    selected.text.slice(0, selected.start),
    selected.text.slice(selected.start, selected.end),
    selected.text.slice(selected.end),
  ].join("|");

test.each([
  ["a red f|ox", 1, "a red (|fox|:1.1)"],
  ["a |red fox|, night", 1, "a (|red fox|:1.1), night"],
  ["a| red |fox", -1, "a (|red|:0.9) fox"],
  ["a (re|d:1.1) fox", 1, "a (|red|:1.2) fox"],
  ["a (|red|:1.1) fox", -1, "a |red| fox"],
  ["a (re|d:0.9) fox", 1, "a |red| fox"],
  ["a (red, bl|ue:1.35) fox", -1, "a (|red, blue|:1.25) fox"],
  ["a fox <lora:i|nk:0.8>", 1, "a fox <lora:i||nk:0.85>"],
])("emphasise() turns %j by %i into %j", (marked, direction, expected) => {
  expect(shown(emphasise(at(marked), direction as 1 | -1))).toBe(expected);
});

test("emphasise() there and back changes nothing, and does nothing where no word is", () => {
  const once = emphasise(at("a red f|ox"), 1)!;
  expect(emphasise(once, -1)!.text).toBe("a red fox");
  expect(emphasise(at("a red , | fox"), 1)).toBe(null);
  expect(emphasise(at("|"), 1)).toBe(null);
});
