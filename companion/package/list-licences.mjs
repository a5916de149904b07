/** `npm run licences`: every dependency with its version and licence. Ends with 1 where one has a licence that nothing allows. */
import { dependencies } from "./dependencies.mjs";
import { allowedBy } from "./licence-rules.mjs";

const all = dependencies(new URL("../../", import.meta.url));
const width = (of) => Math.max(...all.map((each) => of(each).length));
const [names, versions, licences] = [({ name }) => name, ({ version }) => version, ({ licence }) => licence].map(width);
const refused = [];
for (const each of all) {
  const reason = allowedBy(each);
  if (reason === undefined) refused.push(each.name);
  const where = each.ships ? "runs" : "builds and tests";
  const columns = [each.name.padEnd(names), each.version.padEnd(versions), each.licence.padEnd(licences), where];
  console.log([...columns, reason ?? "NOT ALLOWED"].join("  ").trimEnd());
}

const counts = new Map();
for (const { licence } of all) counts.set(licence, (counts.get(licence) ?? 0) + 1);
console.log(`\n${all.length} packages, ${all.filter(({ ships }) => ships).length} of them to run the companion:`);
for (const [licence, count] of [...counts].sort(([, a], [, b]) => b - a))
  console.log(`${`${count}`.padStart(5)}  ${licence}`);
if (refused.length > 0) {
  console.error(`\nNothing allows the licence of ${refused.join(", ")}: see companion/package/licence-rules.mjs.`);
  process.exitCode = 1;
}
