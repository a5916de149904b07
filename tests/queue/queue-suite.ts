/** What every queue must do, whatever stands behind it: an implementation passes by being named. */
import { testJobQueue } from "./job-queue-suite.ts";
import type { Queue } from "./queue-helpers.ts";
import { testWorkSource } from "./work-source-suite.ts";

export interface QueueUnderTest {
  /** Another queue on what the last one left. `waiting`: jobs an owner may have waiting. */
  open(options?: { readonly leaseMs?: number; readonly waiting?: number }): Promise<Queue>;
  /** Lets everything go without a word to anyone, as a kill does. */
  kill(queue: Queue): Promise<void>;
}

/** Queues that are closed after each test. */
export interface Opener {
  opened(options?: Parameters<QueueUnderTest["open"]>[0]): Promise<Queue>;
  killed(queue: Queue): Promise<void>;
}

export function describeQueue(name: string, begin: () => Promise<QueueUnderTest>): void {
  describe(name, () => {
    let under: QueueUnderTest;
    const open: Queue[] = [];
    const opened = async (options?: Parameters<QueueUnderTest["open"]>[0]) => {
      const queue = await under.open(options);
      open.push(queue);
      return queue;
    };
    const killed = async (queue: Queue) => {
      open.splice(open.indexOf(queue), 1);
      await under.kill(queue);
    };
    beforeEach(async () => {
      under = await begin();
    });
    afterEach(async () => {
      for (const queue of open.splice(0)) await queue.close();
    });

    testJobQueue({ opened, killed });
    testWorkSource({ opened, killed });
  });
}
