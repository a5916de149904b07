import { garbageCollector } from "../../companion/engine/collect-garbage.ts";

test("garbage is collected once the process has grown by 16 MiB, and after eight jobs in any case", () => {
  let [resident, collections] = [100 * 2 ** 20, 0];
  const collect = garbageCollector(
    () => {
      collections++;
      resident -= 10 * 2 ** 20;
    },
    () => resident,
  );
  const after = (growth: number) => {
    resident += growth * 2 ** 20;
    collect();
    return collections;
  };
  expect([after(10), after(5), after(2), after(15), after(1)]).toEqual([0, 0, 1, 1, 2]);
  for (let job = 0; job < 7; job++) expect(after(0)).toBe(2);
  expect(after(0)).toBe(3);
});
