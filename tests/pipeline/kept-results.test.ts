import sharp from "sharp";
import { createKeptResults, nameOf } from "../../companion/pipeline/studio/kept-results.ts";
import { tensor } from "../../companion/tensor.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const numbers = (...values: number[]) => tensor(Float32Array.from(values), [values.length]);

test("KeptResults make something once for the same ingredients, and anew for others", async () => {
  const kept = createKeptResults(1000);
  let made = 0;
  const of = (what: string, ...values: number[]) => kept.of(what, [numbers(...values)], async () => ++made);
  expect(await of("a", 1, 2)).toBe(1);
  expect(await of("a", 1, 2)).toBe(1);
  expect(await of("b", 1, 2)).toBe(2);
  expect(await of("a", 1, 3)).toBe(3);
  expect(await kept.of("a", ["1", "2"], async () => ++made)).toBe(4);
  expect(await kept.of("a", ["12"], async () => ++made)).toBe(5);
});

test("KeptResults forget what was unused for longest, and never keep what is too large", async () => {
  const kept = createKeptResults(80);
  const made: string[] = [];
  const of = (name: string, size: number) =>
    kept.of(name, [], async () => {
      made.push(name);
      return { some: [numbers(...new Array(size).fill(0))] };
    });
  for (const [name, size] of [
    ["a", 8],
    ["b", 8],
    ["a", 8],
    ["c", 8],
    ["a", 8],
    ["b", 8],
    ["large", 11],
    ["large", 11],
  ] as const)
    await of(name, size);
  expect(made).toEqual(["a", "b", "c", "b", "large", "large"]);
});

test("nameOf() tells things apart by themselves, not by what they hold", () => {
  const [a, b] = [{}, {}];
  expect(nameOf(a)).toBe(nameOf(a));
  expect(nameOf(a)).not.toBe(nameOf(b));
});

test("five variants of one prompt with two references encode prompt, references and picture once", async () => {
  const studio = openTestStudio();
  try {
    const runs = new Map<string, number>();
    const { use } = studio.sessions;
    studio.sessions.use = (key, build, body) =>
      use(key, build, (run, inputs) =>
        body((feeds) => {
          const part = /text-encoder|image-encoder|image-projection|vae-encoder/.exec(key)?.[0];
          if (part) runs.set(part, (runs.get(part) ?? 0) + 1);
          return run(feeds);
        }, inputs),
      );
    const png = async (colour: string) =>
      new Uint8Array(
        await sharp({ create: { width: 64, height: 64, channels: 3, background: colour } })
          .png()
          .toBuffer(),
      );
    const images = { a: await png("#c33"), b: await png("#3c3"), p: await png("#33c") };
    const wanted = (seed: number) =>
      request({ seed, image: "p", strength: 0.6, references: [{ image: "a" }, { image: "b" }] as never });
    const pictures: string[] = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      const { result } = await paint(studio, wanted(seed), images);
      pictures.push(Buffer.from(result.png).toString("base64"));
    }
    expect(new Set(pictures).size).toBe(5);
    // Two prompts, of which the empty one is a run of its own; two references through the encoder and together or each through the projection.
    expect(Object.fromEntries(runs)).toEqual({
      "text-encoder": 2,
      "image-encoder": 2,
      "image-projection": 2,
      "vae-encoder": 1,
    });
    // And it is the picture that a studio makes that has kept nothing.
    const fresh = openTestStudio();
    const { result } = await paint(fresh, wanted(5), images);
    expect(Buffer.from(result.png).toString("base64")).toBe(pictures[4]);
    await fresh.close();
  } finally {
    await studio.close();
  }
});
