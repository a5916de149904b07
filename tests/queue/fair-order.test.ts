import { fairOrder } from "../../companion/queue/fair-order.ts";
import { WaitingJobs } from "../../companion/queue/waiting-jobs.ts";

/** Lower case: interactive; upper case: batch. The letter is the person. */
const jobs = (text: string) =>
  text.split(" ").map((id, seq) => {
    const person = id[0]!.toLowerCase();
    return { id, seq, person, owner: person, batch: id[0] !== person };
  });
const order = (waiting: string, usage: Record<string, number> = {}) =>
  fairOrder(jobs(waiting), (person) => usage[person] ?? 0)
    .map((job) => job.id)
    .join(" ");

/** The job whose turn it is, which runs. */
function take(waiting: WaitingJobs) {
  const next = waiting.next();
  if (next !== undefined) waiting.begin(next);
  return next;
}

test("fairOrder() lets people take turns and keeps the order within each", () => {
  expect(order("a1 a2 a3 b1 b2 c1")).toBe("a1 b1 c1 a2 b2 a3");
});

test("fairOrder() starts with the person that had the fewest turns", () => {
  expect(order("a1 a2 b1 c1", { a: 1, c: 2 })).toBe("b1 a1 a2 c1");
});

test("fairOrder() of one person is the order of arrival, with what somebody waits for before batch jobs", () => {
  expect(order("a1 a2 a3", { a: 7 })).toBe("a1 a2 a3");
  expect(order("A1 A2 a3")).toBe("a3 A1 A2");
});

test("fairOrder() lets everybody's next interactive job go before a batch job, and no more than that", () => {
  expect(order("A1 A2 A3 b1 b2 b3")).toBe("b1 A1 b2 A2 b3 A3");
});

test("WaitingJobs: a batch person among four that never stop waits for no more than twice the fair share", () => {
  const waiting = new WaitingJobs();
  let seq = 0;
  const add = (id: string) => waiting.add({ ...jobs(id)[0]!, id: `${id}${++seq}`, seq });
  for (let i = 0; i < 20; i++) add("A");
  for (const person of "bcde") for (let i = 0; i < 3; i++) add(person);
  const taken: string[] = [];
  for (let i = 0; i < 100; i++) {
    const { person } = take(waiting)!;
    taken.push(person);
    if (person !== "a") add(person);
  }
  const turns = taken.flatMap((person, i) => (person === "a" ? [i + 1] : []));
  for (const [nth, place] of turns.entries()) expect(place).toBeLessThanOrEqual(2 * 5 * (nth + 1));
  expect(turns).toHaveLength(20);
});

test("WaitingJobs: whoever comes back has no credit for the time away", () => {
  const waiting = new WaitingJobs();
  for (const job of jobs("a1 a2 a3 a4 a5 a6")) waiting.add(job);
  for (let i = 0; i < 4; i++) take(waiting);
  for (const job of jobs("b1 b2 b3")) waiting.add({ ...job, seq: job.seq + 10 });
  expect(Array.from({ length: 5 }, () => take(waiting)!.id)).toEqual(["b1", "a5", "b2", "a6", "b3"]);
});
