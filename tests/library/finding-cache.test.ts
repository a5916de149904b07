import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openLibrary } from "../../companion/library/library.ts";
import { temporaryFolder, writeSample } from "../checkpoint/sample.ts";

const starter = path.join(__dirname, "../../starter/weights");
const folder = path.join(temporaryFolder(), "models");
mkdirSync(folder);
const file = path.join(temporaryFolder(), "findings.json");
const place = (name: string) => path.join(folder, name);

/** What a new start of a build lists. */
const started = (build = "1") => openLibrary({ folders: [folder], starter, cache: { file, build } }).list();
const namesOf = async (build?: string) => (await started(build)).addOns.map(({ name }) => name);
/** Changes what is kept: what is remembered shows, what is looked at again does not. */
const mark = () =>
  writeFileSync(file, readFileSync(file, "utf8").replaceAll(/"name":"([ab])"/g, '"name":"$1 remembered"'));

beforeAll(() => {
  const layer = "lora_unet_time_embedding_linear_1";
  const pair = {
    [`${layer}.lora_down.weight`]: { shape: [1, 320] },
    [`${layer}.lora_up.weight`]: { shape: [1280, 1] },
  };
  for (const name of ["a", "b"]) writeSample(place(`${name}.safetensors`), pair);
  writeFileSync(place("old.ckpt"), "x");
});

test("a library remembers what files are, until they or what lies beside them change", async () => {
  const first = await started();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "utf8")).not.toContain("old.ckpt");
  expect(await started()).toEqual(first);
  mark();
  expect(await namesOf()).toEqual(["a remembered", "b remembered"]);
  writeFileSync(place("a.txt"), "word");
  expect(await namesOf()).toEqual(["a", "b remembered"]);
  expect((await started()).addOns[0]).toMatchObject({ triggerWords: ["word"] });
  chmodSync(place("b.safetensors"), 0o600);
  expect(await namesOf()).toEqual(["a", "b"]);
});

test("a file has its own id below every folder that is pointed to", async () => {
  await started();
  const above = path.dirname(folder);
  const library = openLibrary({ folders: [folder, above], starter, cache: { file, build: "1" } });
  const { addOns } = await library.list();
  const below = path.basename(folder);
  expect(addOns.map(({ id }) => id)).toEqual(expect.arrayContaining(["a", "b", `${below}/a`, `${below}/b`]));
});

test("another build looks for itself", async () => {
  await started("1");
  mark();
  expect(await namesOf("2")).toEqual(["a", "b"]);
});

test.each(["{broken", "[]", '{"build":"1","known":[["a",{"signature":1}]]}', '{"build":"1","known":{}}'])(
  "a damaged file of findings is no more than lost: %s",
  async (text) => {
    writeFileSync(file, text);
    expect(await namesOf()).toEqual(["a", "b"]);
    expect(JSON.parse(readFileSync(file, "utf8")).known.length).toBe(3);
  },
);

test("a place where nothing can be kept is no hindrance", async () => {
  const nowhere = path.join(folder, "nowhere/findings.json");
  const library = openLibrary({ folders: [folder], starter, cache: { file: nowhere, build: "1" } });
  expect((await library.list()).addOns).toHaveLength(2);
  expect(existsSync(nowhere)).toBe(false);
  rmSync(file);
  expect(await namesOf()).toEqual(["a", "b"]);
});
