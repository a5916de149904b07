import { Turns } from "../../companion/queue/turns.ts";

test("a thousand who go on at the same time leave room for others in between", async () => {
  const turns = new Turns();
  let done = 0;
  const seen: number[] = [];
  const watching = setImmediate(function look() {
    seen.push(done);
    if (done < 1000) setImmediate(look);
  });
  const all = Array.from({ length: 1000 }, async () => {
    await turns.take();
    done++;
  });
  await Promise.all(all);
  clearImmediate(watching);
  const steps = seen.map((count, i) => count - (seen[i - 1] ?? 0));
  expect(Math.max(...steps)).toBeLessThanOrEqual(100);
  expect(seen.length).toBeGreaterThanOrEqual(9);
});
