/** What a companion that died, or a failing disk, can leave in the list of jobs, put in order before anyone reads it. */
import type { Database } from "./database.ts";

/** A job by whose id nobody can ask. */
const NAMELESS = "length(CAST(id AS BLOB)) <> 32 OR id GLOB '*[^0-9a-f]*'";
const STATELESS = "state NOT IN ('queued', 'running', 'done', 'failed', 'cancelled')";

/** Numbers that can't be what was written. None costs a job: the count says "once", what was offered is offered anew. */
const NUMBERS = [
  "UPDATE jobs SET attempts = 1 WHERE attempts NOT BETWEEN 0 AND 1000",
  `UPDATE jobs SET finished = 0 WHERE finished NOT BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER}`,
  `UPDATE jobs SET offered = NULL WHERE offered NOT BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER}`,
  `UPDATE blobs SET bytes = 0 WHERE bytes NOT BETWEEN 0 AND ${2 ** 40}`,
  `DELETE FROM meta WHERE value NOT BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER}`,
];

/** Within `write`. Returns how many jobs were put aside: they have failed, or are gone where nobody could ask for them. */
export function repair(database: Pick<Database, "get" | "run">): number {
  const { damaged } = database.get<{ damaged: number }>(
    `SELECT COUNT(*) AS damaged FROM jobs WHERE ${NAMELESS} OR ${STATELESS}`,
  )!;
  for (const sql of NUMBERS) database.run(sql);
  database.run(`DELETE FROM jobs WHERE ${NAMELESS}`);
  database.run(`UPDATE jobs SET state = 'failed', finished = 0, ending = NULL WHERE ${STATELESS}`);
  database.run("DELETE FROM refs WHERE job NOT IN (SELECT id FROM jobs)");
  database.run("DELETE FROM blobs WHERE hash NOT IN (SELECT hash FROM refs)");
  return damaged;
}
