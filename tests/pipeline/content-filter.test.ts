/** The content filter agrees with diffusers' safety checker (tests/fixtures/parity/make_filter.py), and keeps pictures back. */
import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import { openContentFilter } from "../../companion/checkpoint/parts/content-filter.ts";
import { readConfig } from "../../companion/config.ts";
import { decodeImage } from "../../companion/image/decode.ts";
import { openStudio, type PipelineStudio } from "../../companion/pipeline/open-studio.ts";
import { contentScores, isFlagged } from "../../companion/pipeline/picture/content-filter.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { parseRequest } from "../../shared/validate.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { paint, request } from "./studio-for-tests.ts";

const models = path.join(__dirname, "../fixtures/parity/models");
const fixture = path.join(models, "content-filter");
interface Expected {
  readonly seed: number;
  readonly flagged: boolean;
  readonly concepts: readonly number[];
  readonly special: readonly number[];
}
const expected: Record<string, Expected> = JSON.parse(readFileSync(path.join(fixture, "expected.json"), "utf8"));

/** A model with a filter. */
const filtered = path.join(temporaryFolder(), "filtered");
cpSync(path.join(models, "sd2"), filtered, { recursive: true });
for (const part of ["safety_checker", "feature_extractor"])
  cpSync(path.join(fixture, part), path.join(filtered, part), { recursive: true });
const plain = path.join(models, "sd2");
const library = { resolve: (name: string) => ({ filtered, plain })[name]! };

const studios: PipelineStudio[] = [];
const open = (contentFilter?: "on-request" | "enforced"): PipelineStudio => {
  studios.push(openStudio({ device: cpuDevice(), library, contentFilter }));
  return studios.at(-1)!;
};
const free = open();
const enforcing = open("enforced");
afterAll(() => Promise.all(studios.map((studio) => studio.close())));

const cat = (seed: number, fields = {}) =>
  request({ model: "filtered", prompt: "a red cat", seed, width: 48, height: 32, ...fields });

test.each(Object.keys(expected))("contentScores() and isFlagged() agree with diffusers: %s", async (name) => {
  const image = await decodeImage(new Uint8Array(readFileSync(path.join(fixture, `${name}.png`))));
  const scores = await contentScores(image, openContentFilter(filtered)!, free);
  const { flagged, ...wanted } = expected[name]!;
  for (const kind of ["concepts", "special"] as const) {
    const far = wanted[kind].map((score, i) => Math.abs(score - scores[kind][i]!));
    expect(scores[kind].length).toBe(wanted[kind].length);
    expect(Math.max(...far)).toBeLessThan(1e-5);
  }
  expect(isFlagged(scores)).toBe(flagged);
});

test("isFlagged() rounds to three decimals, and a special concept makes what follows stricter", () => {
  expect(isFlagged({ concepts: [0.0004], special: [] })).toBe(false);
  expect(isFlagged({ concepts: [-1, 0.0006], special: [] })).toBe(true);
  expect(isFlagged({ concepts: [-0.009], special: [-0.5, 0.2] })).toBe(true);
  expect(isFlagged({ concepts: [-0.011], special: [0.2, 0.2] })).toBe(false);
  expect(isFlagged({ concepts: [-0.009], special: [0.0004, -0.005] })).toBe(false);
});

test("generate() keeps a flagged picture back where the filter is asked for, and shows no previews", async () => {
  const run = (name: string) => paint(free, cat(expected[name]!.seed, { contentFilter: true }));
  for (const name of ["flagged", "cared"])
    await expect(run(name)).rejects.toMatchObject({
      code: "content-filtered",
      message: "The content filter withheld this picture: try another seed or another prompt.",
    });
  const { events, result } = await run("plain");
  const steps = events.filter(({ type }) => type === "step");
  expect(steps.length).toBe(2);
  expect(steps.every((step) => !("preview" in step))).toBe(true);
  const unfiltered = await paint(free, cat(expected.plain!.seed));
  expect(unfiltered.events.some((event) => "preview" in event)).toBe(true);
  expect(Buffer.from(result.png).equals(unfiltered.result.png)).toBe(true);
});

test("generate() asks no filter unless it is wanted", async () => {
  const { seed } = expected.flagged!;
  for (const fields of [{}, { contentFilter: false }])
    expect((await paint(free, cat(seed, fields))).result.width).toBe(48);
});

test("a request cannot switch an enforced filter off", async () => {
  const { seed } = expected.flagged!;
  for (const fields of [{}, { contentFilter: false }])
    await expect(paint(enforcing, cat(seed, fields))).rejects.toMatchObject({ code: "content-filtered" });
  const { events } = await paint(enforcing, cat(expected.plain!.seed));
  expect(events.some((event) => "preview" in event)).toBe(false);
});

test("a model without a filter is refused by name where one is wanted", async () => {
  await expect(paint(free, cat(1, { model: "plain", contentFilter: true }))).rejects.toMatchObject({
    code: "model-unsupported",
    message:
      'The model "plain" comes with no content filter: choose one whose folder has a safety_checker, or leave out `contentFilter`.',
  });
  await expect(paint(enforcing, cat(1, { model: "plain" }))).rejects.toMatchObject({
    code: "model-unsupported",
    message:
      'The content filter is compulsory here, and the model "plain" comes with none: choose a model whose folder has a safety_checker.',
  });
});

test("parseRequest() leaves a request without the field as it was", () => {
  const raw = { model: "m", prompt: "p", seed: 1 };
  expect("contentFilter" in parseRequest(raw)).toBe(false);
  expect(parseRequest({ ...raw, contentFilter: true }).contentFilter).toBe(true);
});

test("readConfig() enforces the filter only where it is told to", () => {
  expect(readConfig().contentFilter).toBe("on-request");
  expect(readConfig({ contentFilter: "enforced" }).contentFilter).toBe("enforced");
});
