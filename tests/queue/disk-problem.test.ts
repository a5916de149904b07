/** What is said of errors of the disk: only a full one is called full. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Database } from "../../companion/queue/database.ts";
import { diskProblem, mayPass } from "../../companion/queue/disk-problem.ts";
import { Reserve } from "../../companion/queue/reserve.ts";
import { Problem } from "../../shared/problem.ts";

const fs = require("node:fs") as typeof import("node:fs");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "underpaint-disk-"));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const failWith = (code: string) =>
  jest.spyOn(fs, "openSync").mockImplementation(() => {
    throw Object.assign(new Error(code), { code, syscall: "open" });
  });
const file = () => path.join(folder, "ledger.sqlite");
const sqlite = (errcode: number) => Object.assign(new Error("disk I/O error"), { errcode });
const caught = (body: () => unknown) => {
  try {
    body();
  } catch (error) {
    return Problem.from(error);
  }
  throw new Error("Nothing was thrown");
};

test.each([
  ["ENOSPC", "disk-full"],
  ["EDQUOT", "disk-full"],
  ["EACCES", "data-not-writable"],
  ["EROFS", "data-not-writable"],
  ["EIO", "data-not-writable"],
])("what the file system calls %s is %s, also behind an error of SQLite that names nothing", (code, expected) => {
  failWith(code);
  // IOERR_WRITE, CANTOPEN, READONLY_DIRECTORY
  for (const errcode of [778, 14, 1544]) {
    const problem = Problem.from(diskProblem(sqlite(errcode), file()));
    expect([errcode, problem.code]).toEqual([errcode, expected]);
    if (expected !== "disk-full") expect(problem.message).toContain(`(${code}): check who owns it`);
  }
  const opened = caught(() => new Database(file(), { schema: "", version: 1, maxBytes: 2 ** 20, mode: "writable" }));
  expect(opened.code).toBe(expected);
  const filled = () => new Reserve(path.join(folder, "reserve"), 100).fill();
  if (expected === "disk-full") filled();
  else expect(caught(filled).code).toBe(expected);
});

test("an error of SQLite on a disk that takes what is written is told in SQLite's words, and leaves nothing behind", () => {
  expect(diskProblem(sqlite(10), file())).toMatchObject({
    code: "data-not-writable",
    message: expect.stringContaining("(disk I/O error)"),
  });
  expect(readdirSync(folder)).toEqual([]);
});

test("full, in use, damaged and no error of the disk at all keep their names", () => {
  expect([13, 5, 11, 26].map((code) => Problem.from(diskProblem(sqlite(code), file())).code)).toEqual([
    "disk-full",
    "data-in-use",
    "data-damaged",
    "data-damaged",
  ]);
  const defect = new TypeError("x is not a function");
  expect(diskProblem(defect, file())).toBe(defect);
  expect(
    [defect, new Problem("data-damaged", "x"), new Problem("disk-full", "x")].map((e) => mayPass(Problem.from(e))),
  ).toEqual([false, false, true]);
});

test("a folder where the list of jobs should be is no full disk", () => {
  mkdirSync(file());
  writeFileSync(path.join(file(), "x"), "");
  const problem = caught(() => new Database(file(), { schema: "", version: 1, maxBytes: 2 ** 20, mode: "writable" }));
  expect(problem).toMatchObject({ code: "data-not-writable", message: expect.stringContaining("EISDIR") });
});
