/** The process of one row: `node run-row.mjs BUNDLED_ROW` sends {promise, test} and what came of it to its parent. */
import { pathToFileURL } from "node:url";

const { row } = await import(pathToFileURL(process.argv[2]).href);
const { promise, test } = row;
process.send({ promise, test });
process.send({ promise, test, ...(await row.run()) }, () => process.exit());
