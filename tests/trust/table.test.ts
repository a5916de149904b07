import { tableOf } from "./table.mjs";

test("the table says what held, what did not, and what was not measured", () => {
  const rows = [
    { promise: "a|b", test: "tests/trust", held: true, figure: "0 of 5" },
    { promise: "c", test: "npm run fuzz", held: false, figure: "1 of 5" },
    { promise: "d", test: "tests/queue", skipped: "there is no valkey-server" },
  ];
  expect(tableOf(rows).split("\n").slice(2)).toEqual([
    "| a\\|b | [tests/trust](tests/trust) | 0 of 5 |",
    "| c | `npm run fuzz` | **broken**: 1 of 5 |",
    "| d | [tests/queue](tests/queue) | not measured: there is no valkey-server |",
  ]);
});
