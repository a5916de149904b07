import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { formerQueue } from "../../companion/queue/former-queue.ts";

test("a list that an earlier version left is mentioned, with what to do", () => {
  const home = mkdtempSync(path.join(tmpdir(), "underpaint-former-"));
  expect(formerQueue(home)).toBeUndefined();
  const file = path.join(home, "queue.sqlite");
  writeFileSync(file, "");
  expect(formerQueue(home)).toBe(
    `Pictures that an earlier Underpaint kept in "${file}" cannot be read by this one: generate again what you still need, then delete the file.`,
  );
  rmSync(home, { recursive: true });
});
