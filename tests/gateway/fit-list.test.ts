import { fitList, LIST_CHARACTERS } from "../../companion/gateway/fit-list.ts";
import { encodeFrame } from "../../shared/codec.ts";
import type { AddOnInfo } from "../../shared/protocol.ts";

const addOn = (i: number, words: number): AddOnInfo => ({
  ...{
    id: `Lora/${i}`,
    name: String(i),
    kind: "lora",
    families: [{ id: "sd1", name: "Stable Diffusion 1.x" }],
    thumbnail: true,
  },
  triggerWords: Array(words).fill("a few words"),
  sha256: "ab".repeat(32),
});

test("fitList() changes nothing about a list of usual length", () => {
  const addOns = Array.from({ length: 2000 }, (_, i) => addOn(i, 24));
  const lists = fitList({ models: [], addOns, problems: [] });
  expect(lists).toEqual({ models: [], addOns, modelProblems: [] });
  expect(encodeFrame({ type: "models", ...lists }).length).toBeGreaterThan(1_000_000);
});

test("fitList() leaves out what would not fit into a frame, and says so", () => {
  const addOns = Array.from({ length: 30_000 }, (_, i) => addOn(i, 24));
  const lists = fitList({ models: [], addOns, problems: [] });
  expect(JSON.stringify(lists).length).toBeLessThan(LIST_CHARACTERS + 1000);
  expect(lists.addOns.length).toBeGreaterThan(5000);
  expect(lists.modelProblems.at(-1)!.problem.message).toBe(
    `${30_000 - lists.addOns.length} of 30000 files are not listed, as the list would be too long: keep fewer in the models folders.`,
  );
  encodeFrame({ type: "models", ...lists });
});
