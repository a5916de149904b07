import { driftInWords } from "../../../plugin/ui/text/drift-words.ts";
import { speak } from "../../../plugin/ui/text/language.ts";
import type { Drift } from "../../../shared/drift.ts";
import { parseRequest } from "../../../shared/validate.ts";
import { attempted } from "../../attempted.ts";

afterEach(() => speak("en"));

const moved = { x: 1.2, y: -0.5, width: 0.996, height: 0.996 };
const both = { same: 0.6, place: "put-back", color: "brought-back", moved, levels: 4.2 } as const;

test.each<[Drift | undefined, string | null]>([
  [undefined, null],
  [{ same: 1 }, null],
  [both, "The model’s picture was moved by 1.3 px, 0.4 % smaller, tinted by 4.2 of 255: put back."],
  [
    { same: 1, place: "put-back", moved: { ...moved, x: 0, y: 0, height: 1.01 } },
    "The model’s picture was 0.4 % narrower, 1 % higher: put back.",
  ],
  [{ same: 1, place: "in-place", color: "as-before" }, "What did not change lies where it lay, in its colours."],
  [
    { same: 0.7, place: "in-place", color: "changed" },
    "Its colours changed all over, so they stay as the model made them.",
  ],
  [
    { same: 0, place: "unknown", color: "unknown" },
    "Too little stayed the same to tell what moved: it is as the model made it.",
  ],
])("%j", (drift, words) => {
  expect(driftInWords(drift)).toBe(words);
});

test("in German", () => {
  speak("de");
  expect(driftInWords(both)).toBe(
    "Das Bild des Modells war um 1,3 px verschoben, um 0,4 % kleiner, um 4,2 von 255 getönt: zurückgesetzt.",
  );
});

test.each([{ drift: {} }, { drift: {}, image: "a", mask: "b" }])("%j is refused by name", (wrong) => {
  const { code, message } = attempted(() => parseRequest({ model: "m", prompt: "", seed: 1, ...wrong }));
  expect([code, message]).toEqual(["request-invalid", expect.stringMatching(/`drift` needs `image`/)]);
});
