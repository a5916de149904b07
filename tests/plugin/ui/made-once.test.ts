import { madeOnce } from "../../../plugin/ui/pixels/made-once.ts";

test("madeOnce() makes a thing once, also for who asks while it is made", async () => {
  let made = 0;
  const thing = madeOnce(async () => {
    made++;
    return { made };
  });
  const [first, second] = await Promise.all([thing(), thing()]);
  expect(second).toBe(first);
  expect(await thing()).toBe(first);
  expect(made).toBe(1);
});

test("madeOnce() makes anew what failed", async () => {
  let tries = 0;
  const thing = madeOnce(async () => {
    tries++;
    if (tries === 1) throw new Error("no memory");
    return tries;
  });
  await expect(thing()).rejects.toThrow("no memory");
  expect(await thing()).toBe(2);
});
