import { fairOrder } from "../../companion/queue/fair-order.ts";

const jobs = (text: string) => text.split(" ").map((id) => ({ id, owner: id[0]! }));
const order = (waiting: string, served: string[] = []) =>
  fairOrder(jobs(waiting), served)
    .map((job) => job.id)
    .join(" ");

test("fairOrder() lets owners take turns and keeps the order within each", () => {
  expect(order("a1 a2 a3 b1 b2 c1")).toBe("a1 b1 c1 a2 b2 a3");
});

test("fairOrder() starts with the owner that waited longest for its turn", () => {
  expect(order("a1 a2 b1 c1", ["c", "a"])).toBe("b1 c1 a1 a2");
});

test("fairOrder() of one owner is the order of arrival", () => {
  expect(order("a1 a2 a3", ["a"])).toBe("a1 a2 a3");
});
