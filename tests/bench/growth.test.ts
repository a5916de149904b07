import { growthTable } from "../../companion/bench/growth/growth.ts";

test("growth is told by the power that time follows from the line before", () => {
  const point = (amount: number, seconds: number) => ({ amount, label: `${amount}`, seconds, bytes: 2 ** 30 });
  const table = growthTable([
    { name: "Files", points: [point(10, 0.5), point(100, 5), point(1000, 500)] },
    { name: "Jobs", points: [point(1, 2)] },
  ]);
  expect(table.split("\n")).toEqual([
    "|  | how many | time | grows | peak memory |",
    "| --- | --- | --- | --- | --- |",
    "| Files | 10 | 0.500 s |  | 1.00 GiB |",
    "|  | 100 | 5.000 s | 1.00 | 1.00 GiB |",
    "|  | 1000 | 500.000 s | 2.00 | 1.00 GiB |",
    "| Jobs | 1 | 2.000 s |  | 1.00 GiB |",
  ]);
});
