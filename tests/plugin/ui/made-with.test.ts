import { readRecipe, writeRecipe } from "../../../plugin/ui/state/recipe.ts";
import { madeWithInWords, usedModelInWords } from "../../../plugin/ui/text/made-with-words.ts";
import type { UsedModel } from "../../../shared/used-model.ts";
import { recipe } from "./fixtures.ts";

const free: UsedModel = { id: "a", name: "Fox", as: "model", family: "Stable Diffusion 1.x", licence: "mit" };
const paid: UsedModel = { id: "b", name: "Ink", as: "lora", licence: "cc-by-nc-4.0", sha256: "ab".repeat(32) };
const silent: UsedModel = { id: "c", name: "Wash", as: "lora" };

test("madeWithInWords() names the model, and of all licences the strictest counts", () => {
  expect(madeWithInWords([free])).toBe("Made with Fox · commercial use allowed");
  expect(madeWithInWords([free, paid])).toBe("Made with Fox and 1 more · commercial use not allowed");
  expect(madeWithInWords([free, silent])).toBe("Made with Fox and 1 more · commercial use not known");
  expect(madeWithInWords([free, silent, paid])).toBe("Made with Fox and 2 more · commercial use not allowed");
});

test("usedModelInWords() says what is not known", () => {
  expect(usedModelInWords(paid)).toEqual({
    ...{ name: "Ink", about: "Style (LoRA)", use: "Commercial use: not allowed" },
    licence: "Licence: Not for commercial use (cc-by-nc-4.0)",
  });
  expect(usedModelInWords(silent)).toMatchObject({
    ...{ licence: "Licence: not known. Look at the page it came from.", use: "Commercial use: not known" },
  });
});

test("a recipe keeps what it was made with", () => {
  const whole = { ...recipe, madeWith: [free, paid, silent] };
  expect(readRecipe(writeRecipe(whole))).toEqual(whole);
});

test.each<[string, unknown]>([
  ["is no list", { name: "Fox" }],
  ["is endless", Array.from({ length: 65 }, () => free)],
  ["has a name without end", [{ ...free, name: "x".repeat(5000) }]],
  ["has a licence that is no text", [{ ...free, licence: { toString: "x" } }]],
  ["has a digest that is none", [{ ...free, sha256: "<img src=x>" }]],
  ["has a role that is none", [{ ...free, as: "constructor" }]],
])("a recipe is none where what it was made with %s", (_, madeWith) => {
  expect(readRecipe(JSON.stringify({ ...recipe, madeWith }))).toBeNull();
});
