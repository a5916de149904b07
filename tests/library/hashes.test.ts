import { createHash } from "node:crypto";
import { readFileSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { autoV2, Hashes } from "../../companion/library/hashes.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";

const folder = temporaryFolder();
const file = path.join(folder, "hashes.json");
const model = path.join(folder, "a.safetensors");
const sha = (text: string) => createHash("sha256").update(text).digest("hex");

/** Waits for one hash. */
async function hashed(hashes: Hashes, place: string): Promise<string | undefined> {
  await new Promise<void>((done) => hashes.want([place], () => done()));
  await hashes.close();
  return hashes.find(place);
}

test("Hashes finds SHA-256 in the background, and remembers it until the file changes", async () => {
  writeFileSync(model, "weights");
  const first = new Hashes({ file, restMs: 0 });
  expect(first.find(model)).toBeUndefined();
  expect(await hashed(first, model)).toBe(sha("weights"));
  expect(autoV2(sha("weights"))).toHaveLength(10);
  const second = new Hashes({ file, restMs: 0 });
  expect(second.find(model)).toBe(sha("weights"));
  writeFileSync(model, "changed");
  utimesSync(model, new Date(1e12), new Date(1e12));
  expect(second.find(model)).toBeUndefined();
  expect(await hashed(second, model)).toBe(sha("changed"));
});

test("Hashes begins anew with a damaged file, and stops when it is closed", async () => {
  writeFileSync(file, "{broken");
  const hashes = new Hashes({ file, restMs: 60_000 });
  writeFileSync(model, "weights");
  hashes.want([model], () => {
    throw new Error("It was not stopped");
  });
  await hashes.close();
  expect(hashes.find(model)).toBeUndefined();
  expect(readFileSync(file, "utf8")).toBe("{broken");
});
