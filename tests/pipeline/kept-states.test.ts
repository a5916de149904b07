/** Prompts that were heard before are not heard again, in this process or another. */
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openStudio } from "../../companion/pipeline/open-studio.ts";
import { createKeptResults } from "../../companion/pipeline/studio/kept-results.ts";
import { createKeptStates } from "../../companion/pipeline/studio/kept-states.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { tensor } from "../../companion/tensor.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { paint, request } from "./studio-for-tests.ts";

const top = temporaryFolder();
const numbers = (...values: number[]) => tensor(Float32Array.from(values), [values.length]);
const never = async () => {
  throw new Error("It was asked for again.");
};
/** As a new process has it. */
const fresh = (folder: string, cap?: number) => createKeptStates(createKeptResults(1000), folder, cap);

test("KeptStates outlive a process, and what is damaged is made again", async () => {
  const folder = path.join(top, "some");
  const made = await fresh(folder).of("encoder", ["a"], async () => numbers(1, Math.PI, -0));
  expect(await fresh(folder).of("encoder", ["a"], never)).toEqual(made);
  await expect(fresh(folder).of("another", ["a"], never)).rejects.toThrow();
  const [file] = readdirSync(folder).map((name) => path.join(folder, name)) as [string];
  expect(statSync(file).mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o600);
  truncateSync(file, statSync(file).size - 1);
  expect(await fresh(folder).of("encoder", ["a"], async () => numbers(2))).toEqual(numbers(2));
  expect(await fresh(folder).of("encoder", ["a"], never)).toEqual(numbers(2));
});

test("KeptStates take no more than their cap, and remove what was unused for longest and what was left unfinished", async () => {
  const folder = path.join(top, "full");
  const of = (name: string) => fresh(folder, 400).of(name, [], async () => numbers(...Array<number>(25).fill(1)));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "x.states.17"), "half");
  await of("a");
  const [first] = readdirSync(folder) as [string];
  utimesSync(path.join(folder, first), 1, 1);
  await of("b");
  await of("c");
  const left = readdirSync(folder);
  expect(left).not.toContain(first);
  expect(left.length).toBe(2);
  expect(left.reduce((sum, name) => sum + readFileSync(path.join(folder, name)).length, 0)).toBeLessThanOrEqual(400);
});

test("a text encoder is not opened for a prompt that another process heard, and the picture is the same", async () => {
  const place = path.join(__dirname, "../fixtures/parity/klein-models/klein");
  const draw = async () => {
    const studio = openStudio({
      ...{ device: cpuDevice(), library: { resolve: () => place }, statesFolder: path.join(top, "klein") },
    });
    try {
      const { result } = await paint(studio, request({ width: 32, height: 32, steps: 1, guidanceScale: 1 }));
      return { png: result.png, open: studio.sessions.list().filter(({ key }) => key.includes("/qwen/")).length };
    } finally {
      await studio.close();
    }
  };
  const [first, second] = [await draw(), await draw()];
  expect([first.open, second.open]).toEqual([1, 0]);
  expect(second.png).toEqual(first.png);
});
