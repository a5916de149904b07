/**
 * A picture equals diffusers': every case of tests/fixtures/parity, through `underpaint generate --trace`, from token ids to
 * pixels. UNDERPAINT_PARITY=name runs the cases whose name contains it; UNDERPAINT_PARITY_CASES=folder those of another
 * folder (tests/fixtures/parity/fuzz_cases.py makes some). Where the bytes were recorded (same-bytes.ts), they are the same.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { distances, readTrace } from "../../companion/bench/device/trace-distance.ts";
import { runGenerate } from "../../companion/cli/generate.ts";
import { hashOf, recordBytes, recordedBytes } from "./same-bytes.ts";

/** The largest difference, as a share of the largest value of a tensor. */
const TOLERANCE = 3e-4;

const own = [
  "cases",
  "adapter-cases",
  "control-cases",
  "cell-cases",
  "flux1-cases",
  "klein-cases",
  "z-image-cases",
  "z-image-control-cases",
  "qwen-image-cases",
  "ernie-cases",
  "qwen-layered-cases",
  "less-work-cases",
  "motion-cases",
].map((name) => path.join(__dirname, "../fixtures/parity", name));
const folders = process.env.UNDERPAINT_PARITY_CASES === undefined ? own : [process.env.UNDERPAINT_PARITY_CASES];
const cases = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.includes(process.env.UNDERPAINT_PARITY ?? ""))
    .map((name): [string, string] => [name, path.join(folder, name)]),
);
const out = mkdtempSync(path.join(tmpdir(), "underpaint-parity-"));
const worst: [number, string][] = [];
const recorded = process.env.UNDERPAINT_PARITY_CASES === undefined ? recordedBytes() : undefined;
const hashes = new Map<string, string>();

beforeAll(() => {
  process.env.UNDERPAINT_PROVIDER = "cpu";
  for (const stream of ["log", "error"] as const) jest.spyOn(console, stream).mockImplementation(() => {});
});
afterAll(() => {
  rmSync(out, { recursive: true });
  if (process.env.UNDERPAINT_RECORD_BYTES === "1") recordBytes(hashes);
  worst.sort(([a], [b]) => b - a);
  const lines = worst.map(([distance, what]) => `  ${distance.toExponential(1)}  ${what}`);
  process.stdout.write(
    `Distance from diffusers, of the largest value, worst tensor of each case:\n${lines.join("\n")}\n`,
  );
});

test.each(cases)("generate() gives diffusers' picture: %s", async (name, folder) => {
  const here = path.join(out, name);
  expect(await runGenerate([path.join(folder, "request.json"), "--out", here, "--trace"])).toBe(0);
  const expected = readTrace(path.join(folder, "expected.safetensors"));
  const got = readTrace(path.join(here, "trace.safetensors"));

  const evaluations = [...got.tensors.keys()].filter((key) => key.startsWith("latents."));
  expect(evaluations.length).toBe(Number(expected.metadata.evaluations));
  const far = distances(expected, got);
  const [tensor, distance] = [...far].reduce((a, b) => (b[1] > a[1] ? b : a));
  worst.push([distance, `${name}: ${tensor}`]);
  expect([...far].filter(([, value]) => value > TOLERANCE)).toEqual([]);
  hashes.set(name, hashOf(readFileSync(path.join(here, "image.png")), got.tensors.get("image")!.values));
});

const known = recorded === undefined ? test.skip : test;
known("the same recipes give the same bytes as when they were recorded, on a processor like this one", () => {
  if (process.env.UNDERPAINT_RECORD_BYTES === "1") return;
  const made = Object.fromEntries([...hashes].filter(([name]) => recorded![name] !== undefined));
  expect(Object.keys(made).length).toBeGreaterThan(0);
  expect(made).toEqual(Object.fromEntries(Object.keys(made).map((name) => [name, recorded![name]])));
});
