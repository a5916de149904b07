/** One row of the list of jobs is damaged: whatever is in it, the companion starts, and everyone else's pictures come. */
import path from "node:path";
import { DatabaseSync as Sqlite } from "@photostructure/sqlite";
import { Worker } from "../../companion/queue/worker.ts";
import type { JobEvent } from "../../shared/job.ts";
import { QueueFolder } from "./queue-folder.ts";
import { given, IMAGE, id, job, png, type Queue, result } from "./queue-helpers.ts";

let folder: QueueFolder;
beforeEach(() => {
  folder = new QueueFolder();
});
afterEach(() => folder.remove());

const TEXTS = ["'nonsense'", "''", "CAST(x'ff00fe' AS TEXT)", "'../ledger.sqlite'", "'{}'"];
const NUMBERS = ["-1", "9007199254740993", "9223372036854775807", "-9223372036854775808"];
const DAMAGE = [
  ...["id", "owner", "digest", "state", "content", "ending"].map((column) => ({ column, values: TEXTS })),
  ...["attempts", "finished", "offered"].map((column) => ({ column, values: NUMBERS })),
].flatMap(({ column, values }) => values.map((value) => `UPDATE jobs SET ${column} = ${value} WHERE seq = $seq`));
const OF_JOB = "job = (SELECT id FROM jobs WHERE seq = $seq)";
const DAMAGED_REFS = [
  `DELETE FROM refs WHERE ${OF_JOB}`,
  ...TEXTS.map((value) => `UPDATE refs SET hash = ${value} WHERE ${OF_JOB}`),
  ...TEXTS.map((value) => `UPDATE refs SET name = ${value} WHERE ${OF_JOB} AND name LIKE 'in/%'`),
  "UPDATE blobs SET hash = 'nonsense' || hash",
  ...NUMBERS.map((value) => `UPDATE blobs SET bytes = ${value}`),
  ...NUMBERS.map((value) => `UPDATE meta SET value = ${value}`),
];

const forever = new AbortController().signal;

/** Job 1 is done, 2 is running, 3 and 4 wait, 4 is of another owner; then the companion is killed. */
async function leave(): Promise<void> {
  const queue = folder.open();
  await queue.submit([job(1), job(2), job(3)], given(IMAGE));
  const first = await queue.claim("w", forever);
  await first!.finish({ state: "done", result: result(png(1)) });
  await queue.claim("w", forever);
  await queue.submit([job(4, { owner: "q" })], given(IMAGE));
  await folder.kill(queue);
}

/** How a job ends, or "never". */
const endOf = (queue: Queue, n: number, owner: string) =>
  new Promise<string>((resolve, reject) => {
    setTimeout(resolve, 5000, "never").unref();
    const listener = ({ type }: JobEvent) => type !== "queued" && type !== "progress" && resolve(type);
    queue.subscribe(id(n), owner, listener).catch(reject);
  });

test.each([1, 2, 3])("damage to the row of job %i harms no other job", async (seq) => {
  const harmful: string[] = [];
  for (const sql of [...DAMAGE, ...DAMAGED_REFS]) {
    try {
      folder = new QueueFolder();
      await leave();
      const database = new Sqlite(path.join(folder.path, "ledger.sqlite"));
      database.exec("PRAGMA foreign_keys=off");
      database.exec(sql.replaceAll("$seq", `${seq}`));
      database.close();
      const queue = folder.open();
      new Worker(queue, { name: "w", run: async () => result(png(9)) }).start();
      const mine = await queue.jobsOf("p");
      await queue.jobsOf("q");
      for (const n of [1, 2, 3, 4].filter((each) => each !== seq))
        expect([n, await endOf(queue, n, n === 4 ? "q" : "p")]).toEqual([n, "done"]);
      await queue.submit([job(5)], given(IMAGE));
      // Whatever became of it, its owner can be rid of it.
      for (const each of mine) await queue.cancel(each, "p").then(() => queue.acknowledge(each, "p"));
      for (const each of await queue.jobsOf("p")) expect(mine).not.toContain(each);
      await queue.submit([job(6)], given(IMAGE));
      await folder.close(queue);
      expect(await folder.open().jobsOf("p")).toContain(id(6));
      await folder.remove();
    } catch (error) {
      harmful.push(`${sql}: ${(error as Error).message.replace(/\s+/g, " ").slice(0, 200)}`);
    }
  }
  expect(harmful).toEqual([]);
});
