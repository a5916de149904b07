/** Many people at once at a studio's queue, with workers that are killed: what each is told, and when their turn came. */
import type { ChildProcess } from "node:child_process";
import { RedisQueue } from "../../companion/queue/bullmq/redis-queue.ts";
import type { NewJob } from "../../companion/queue/job-queue.ts";
import { Problem } from "../../shared/problem.ts";
import { parseRequest } from "../../shared/validate.ts";
import type { StandIns } from "./stand-ins.ts";

export interface Crowd {
  readonly url: string;
  readonly standIns: StandIns;
  readonly people: number;
  readonly jobs: number;
  readonly workers: number;
  /** Workers that are killed with -9 and replaced, spread over the run. */
  readonly kills: number;
  /** The model's own time. */
  readonly ms: number;
  readonly leaseMs: number;
  /** Called once, when half of the jobs have ended. */
  readonly halfway?: () => Promise<void>;
}

export interface Played {
  /** Jobs whose picture did not come, or was another's. */
  readonly lost: number;
  /** Jobs that were told to have ended, or whose end was stored, more than once. */
  readonly twice: number;
  /** The longest that anyone waited for a turn, in fair shares: turns that others had, by those that fairness allows. */
  readonly worstShare: number;
  readonly seconds: number;
}

const idOf = (n: number) => n.toString(16).padStart(32, "0");

/** People's jobs arrive in three waves, every second person's as batch jobs. */
export async function playCrowd({
  url,
  standIns,
  people,
  jobs,
  workers,
  kills,
  ms,
  leaseMs,
  halfway,
}: Crowd): Promise<Played> {
  const queue = new RedisQueue({ url, leaseMs, waiting: jobs });
  const setup = { url, leaseMs, has: ["m"], ms };
  const stored = new Map<string, number>();
  await queue.channels.listen("ended", (id) => void stored.set(String(id), (stored.get(String(id)) ?? 0) + 1));
  await queue.channels.listen("work", (message) => {
    const id = String(message);
    if (id !== "" && !begun.has(id)) begun.set(id, begun.size);
  });
  const told = new Map<string, number>();
  const right = new Set<string>();
  /** Job → how many were begun before it. */
  const begun = new Map<string, number>();
  let allEnded = () => {};
  const ended = new Promise<void>((resolve) => {
    allEnded = resolve;
  });
  let reachedHalf = false;
  const watch = (id: string, owner: string) =>
    queue.subscribe(id, owner, (event) => {
      if (event.type === "queued" || event.type === "progress") return;
      told.set(id, (told.get(id) ?? 0) + 1);
      if (event.type === "done" && new TextDecoder().decode(event.result.attachments[0]!.bytes) === id) right.add(id);
      void queue.acknowledge(id, owner).catch(() => {});
      if (told.size === jobs) allEnded();
      if (told.size * 2 < jobs || reachedHalf) return;
      reachedHalf = true;
      void halfway?.();
    });
  const started = performance.now();
  const mine = new Map<string, { id: string; before: number }[]>();
  const jobOf = (n: number, owner: string, batch: boolean): NewJob => {
    const task = { kind: "generate", request: parseRequest({ model: "m", prompt: `${n}`, seed: n }) } as const;
    return { id: idOf(n), owner, batch, task, images: {}, models: [{ id: "m" }] };
  };
  /** Every person submits a third of theirs, all at the same time. */
  const submitWave = (wave: number) =>
    Promise.all(
      Array.from({ length: people }, async (_, person) => {
        const owner = `person ${person}`;
        const numbers = Array.from({ length: jobs }, (_, n) => n).filter((n) => n % people === person);
        const third = numbers.filter((_, nth) => nth % 3 === wave).map((n) => jobOf(n, owner, person % 2 === 1));
        await onceReached(() => queue.submit(third, new Map()));
        const before = begun.size;
        mine.set(owner, [...(mine.get(owner) ?? []), ...third.map(({ id }) => ({ id, before }))]);
        await Promise.all(third.map(({ id }) => onceReached(() => watch(id, owner))));
      }),
    );
  await submitWave(0);
  const live: ChildProcess[] = Array.from({ length: workers }, () => standIns.start(setup));
  const killing = (async () => {
    for (let kill = 1; kill <= kills; kill++) {
      while (told.size < (kill * jobs) / (kills + 1)) await new Promise((resolve) => setTimeout(resolve, 5));
      await standIns.kill(live.shift()!);
      live.push(standIns.start(setup));
    }
  })();
  for (const wave of [1, 2]) {
    while (told.size < (wave * jobs) / 6) await new Promise((resolve) => setTimeout(resolve, 5));
    await submitWave(wave);
  }
  await Promise.all([ended, killing]);
  const seconds = (performance.now() - started) / 1000;
  // Anything that ends twice has the time of two leases to show it.
  await new Promise((resolve) => setTimeout(resolve, 2 * leaseMs));
  await queue.close();
  for (const child of live) await standIns.kill(child);
  const shares = [...mine.values()].flatMap((list) =>
    list.map(({ id, before }, nth) => ((begun.get(id) ?? 0) + 1 - before) / (people * (nth + 1))),
  );
  return {
    lost: jobs - right.size,
    twice: [...told.values(), ...stored.values()].filter((count) => count > 1).length,
    worstShare: Math.max(...shares),
    seconds,
  };
}

/** As a gateway's clients do while the queue's server is away: asks until it is back. */
async function onceReached<T>(ask: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await ask();
    } catch (error) {
      if (Problem.from(error).code !== "queue-unreachable") throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
}
