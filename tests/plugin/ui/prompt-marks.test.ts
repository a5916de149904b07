/** What stands out in the prompt's field. */
import { promptPieces } from "../../../plugin/ui/text/prompt-marks.ts";

const CAST = [{ name: "Ada" }, { name: "Ada Lovelace" }];
const marked = (prompt: string, fields = false) =>
  promptPieces(prompt, CAST, { fields }).map(({ text, marked }) => (marked ? `[${text}]` : text));

test("characters are marked, the longest name that is written; other words are not", () => {
  expect(marked("@Ada and @ada lovelace, x@Ada, @Bob")).toEqual([
    "[@Ada]",
    " and ",
    "[@ada lovelace]",
    ", x@Ada, @Bob",
  ]);
});

test("fields are marked where each layer has its own words, alternatives are not", () => {
  expect(marked("{name} by @Ada, {red|blue}", true)).toEqual(["[{name}]", " by ", "[@Ada]", ", {red|blue}"]);
  expect(marked("{name}")).toEqual(["{name}"]);
  expect(marked("{@Ada}", true)).toEqual(["[{@Ada}]"]);
});

test("all pieces together are the prompt, to the last line break", () => {
  for (const prompt of ["", "a\n\n", "@Ada\n", "  @Ada  {x} "])
    expect(
      promptPieces(prompt, CAST, { fields: true })
        .map(({ text }) => text)
        .join(""),
    ).toBe(prompt);
});
