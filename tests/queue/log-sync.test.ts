import { mkdtempSync, rmSync } from "node:fs";
import files from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Database } from "../../companion/queue/database.ts";
import { SOON_MS } from "../../companion/queue/log-sync.ts";

const fs = require("node:fs") as typeof import("node:fs");

const folder = mkdtempSync(path.join(tmpdir(), "underpaint-soon-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("writes that are to be on the disk soon are brought there together, and not after one that went through", async () => {
  const opened = jest.spyOn(files, "open");
  const synced = jest.spyOn(fs, "fdatasyncSync");
  const schema = "CREATE TABLE jobs (n INTEGER);";
  const database = new Database(path.join(folder, "a.sqlite"), { schema, version: 1, maxBytes: 1e7, mode: "writable" });
  const write = (durability: "through" | "soon" | "later") =>
    database.write(() => database.run("INSERT INTO jobs (n) VALUES (1)"), durability);
  const soon = () => new Promise((resolve) => setTimeout(resolve, 3 * SOON_MS));
  for (let n = 0; n < 20; n++) write("soon");
  await soon();
  expect(opened.mock.calls.map(([file]) => path.basename(String(file)))).toEqual(["a.sqlite-wal"]);
  expect(synced).not.toHaveBeenCalled();
  write("soon");
  write("through");
  write("later");
  expect(synced).toHaveBeenCalledTimes(1);
  await soon();
  expect(opened).toHaveBeenCalledTimes(1);
  expect(synced).toHaveBeenCalledTimes(1);
  write("soon");
  database.unlock();
  database.close();
  await soon();
  expect(opened).toHaveBeenCalledTimes(1);
});
