import {
  beginningWith,
  charactersIn,
  mentionsIn,
  nameBeingTyped,
  withoutMentions,
} from "../../../plugin/ui/text/mentions.ts";

const [ada, adaLove, rufus] = [{ name: "Ada" }, { name: "Ada Lovelace" }, { name: "Rufus the fox" }];
const all = [ada, adaLove, rufus] as const;

test.each([
  ["@Ada drinking coffee", ["Ada"]],
  ["a picture of @ada", ["Ada"]],
  ["@Ada Lovelace and @Ada", ["Ada Lovelace", "Ada"]],
  ["@Rufus the fox, running", ["Rufus the fox"]],
  ["@Adam is somebody else", []],
  ["mail to me@Ada.org", []],
  ["@Rufus alone is nobody", []],
  ["", []],
])("who is named in %j", (prompt, names) => {
  expect(mentionsIn(prompt, all).map(({ character }) => character.name)).toEqual(names);
});

test("each is named once, and a model reads other words in their places", () => {
  const prompt = "@Ada beside @Rufus the fox, @Ada laughing";
  expect(charactersIn(prompt, all)).toEqual([ada, rufus]);
  const said = withoutMentions(prompt, all, ({ name }) => (name === "Ada" ? "a woman" : name));
  expect(said).toBe("a woman beside Rufus the fox, a woman laughing");
});

test.each([
  ["icon @a", 7, { start: 5, typed: "a" }],
  ["@", 1, { start: 0, typed: "" }],
  ["@Rufus the", 10, { start: 0, typed: "Rufus the" }],
  ["@Ada, on", 8, null],
  ["me@a", 4, null],
  ["no name", 7, null],
  ["@Ada\nnext", 9, null],
])("what is being typed in %j at %d", (text, caret, expected) => {
  expect(nameBeingTyped(text, caret)).toEqual(expected);
});

test("names are found by their beginning, and by that of a later word", () => {
  expect(beginningWith("a", all)).toEqual([ada, adaLove]);
  expect(beginningWith("fo", all)).toEqual([rufus]);
  expect(beginningWith("", all)).toEqual(all);
  expect(beginningWith("x", all)).toEqual([]);
});
