import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { History } from "../../companion/history/history.ts";

const id = (n: number) => n.toString(16).padStart(32, "0");
const [FILE, OTHER] = [id(1001), id(1002)];
const bytes = (size: number) => ({ image: new Uint8Array(size - 1).fill(7), small: Uint8Array.of(1) });
const kept = (n: number, more: object = {}) => ({ job: id(n), at: n, starred: false, about: `about ${n}`, ...more });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "underpaint-history-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const jobs = async (history: History, file = FILE) => (await history.list(file)).map(({ at }) => at);

test("History keeps pictures by Figma file, over restarts, newest first", async () => {
  const history = new History(folder);
  await history.keep(FILE, kept(1), bytes(10));
  await history.keep(FILE, kept(2), bytes(10));
  await history.keep(OTHER, kept(3), bytes(10));
  const again = new History(folder);
  expect(await again.list(FILE)).toEqual([kept(2), kept(1)]);
  expect(await again.picture(FILE, id(1), "whole")).toHaveLength(9);
  expect(await again.picture(FILE, id(1), "small")).toHaveLength(1);
  expect(await again.picture(FILE, id(3), "whole")).toBe(undefined);
  expect(await again.picture("../x", id(1), "whole")).toBe(undefined);
});

test("History changes what is known of a picture, and removes it", async () => {
  const history = new History(folder);
  await expect(history.keep(FILE, kept(1))).rejects.toMatchObject({ code: "job-unknown" });
  await history.keep(FILE, kept(1), bytes(10));
  await history.keep(FILE, kept(1, { starred: true, about: "new" }));
  expect(await new History(folder).list(FILE)).toEqual([kept(1, { starred: true, about: "new" })]);
  await history.forget(FILE, [id(1), id(9)]);
  expect(await history.list(FILE)).toEqual([]);
  expect(readdirSync(path.join(folder, FILE))).toEqual([]);
});

test("History keeps a picture's layers in their order, counts them, and removes them with it", async () => {
  const history = new History(folder, { budgetBytes: 30 });
  const layers = [Uint8Array.of(1, 2, 3), Uint8Array.of(4), Uint8Array.of(5, 6)];
  await history.keep(FILE, kept(1), { ...bytes(10), layers });
  await history.keep(FILE, kept(2), bytes(10));
  const again = new History(folder, { budgetBytes: 30 });
  expect((await again.layers(FILE, id(1))).map((layer) => [...layer])).toEqual([[1, 2, 3], [4], [5, 6]]);
  expect(await again.layers(FILE, id(2))).toEqual([]);
  expect(await again.layers("../x", id(1))).toEqual([]);
  // 16 and 10 bytes are there: the first has to go.
  await again.keep(FILE, kept(3), bytes(10));
  expect(await jobs(again)).toEqual([3, 2]);
  expect(readdirSync(path.join(folder, FILE)).filter((name) => name.startsWith(id(1)))).toEqual([]);
});

test("History stays within its budget: the oldest go first, whatever their file, those with a star never", async () => {
  const history = new History(folder, { budgetBytes: 35 });
  await history.keep(FILE, kept(1, { starred: true }), bytes(10));
  await history.keep(OTHER, kept(2), bytes(10));
  await history.keep(FILE, kept(3), bytes(10));
  await history.keep(FILE, kept(4), bytes(10));
  expect([await jobs(history), await jobs(history, OTHER)]).toEqual([[4, 3, 1], []]);
  // The same once more needs no room.
  await history.keep(FILE, kept(3), bytes(10));
  expect(await jobs(history)).toEqual([4, 3, 1]);
  await history.keep(FILE, kept(3, { starred: true }));
  await history.keep(FILE, kept(4, { starred: true }));
  const full = new History(folder, { budgetBytes: 35 });
  await expect(full.keep(FILE, kept(5), bytes(10))).rejects.toMatchObject({ code: "disk-full" });
  expect(await jobs(full)).toEqual([4, 3, 1]);
});

test("History takes what can't be read away, and leaves alone what is not its own", async () => {
  const history = new History(folder);
  await history.keep(FILE, kept(1), bytes(10));
  await history.keep(FILE, kept(2), bytes(10));
  writeFileSync(path.join(folder, FILE, `${id(2)}.json`), "{");
  writeFileSync(path.join(folder, FILE, "notes.txt"), "mine");
  expect(await jobs(new History(folder))).toEqual([1]);
  expect(readdirSync(path.join(folder, FILE)).sort()).toEqual([
    `${id(1)}.image`,
    `${id(1)}.json`,
    `${id(1)}.small`,
    "notes.txt",
  ]);
});
