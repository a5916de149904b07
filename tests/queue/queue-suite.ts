/** What every queue must do, whatever stands behind it: an implementation passes by being named. */
import { testJobQueue } from "./job-queue-suite.ts";
import { handWorker, type Queue, settle } from "./queue-helpers.ts";
import { testWorkSource } from "./work-source-suite.ts";

export interface QueueUnderTest {
  /** Another queue on what the last one left. `waiting`: jobs an owner may have waiting. */
  open(options?: { readonly leaseMs?: number; readonly waiting?: number }): Promise<Queue>;
  /** Lets everything go without a word to anyone, as a kill does. */
  kill(queue: Queue): Promise<void>;
  /** How long everybody takes to hear of what was said, milliseconds. Default 10. */
  readonly settleMs?: number;
  /** A lease that holds although the machine has other work, milliseconds. Default 60. */
  readonly leaseMs?: number;
  /** True where a killed worker is only missed when its lease is over. */
  readonly missedLate?: boolean;
}

/** Queues that are closed after each test. */
export interface Opener {
  opened(options?: Parameters<QueueUnderTest["open"]>[0]): Promise<Queue>;
  killed(queue: Queue): Promise<void>;
  readonly leaseMs: number;
  /** Of a queue whose killed workers are to be missed. */
  readonly ending: { readonly leaseMs?: number };
  handWorker(queue: Queue, leaseMs?: number): ReturnType<typeof handWorker>;
  /** Until everybody has heard of what was said, or so many milliseconds. */
  settle(ms?: number): Promise<unknown>;
  /** Until killed workers are missed. */
  missed(): Promise<unknown>;
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

    const opener: Opener = {
      opened,
      killed,
      get leaseMs() {
        return under.leaseMs ?? 60;
      },
      get ending() {
        return under.missedLate ? { leaseMs: under.leaseMs! } : {};
      },
      handWorker,
      settle: (ms = under.settleMs) => settle(ms),
      missed: () => settle(under.missedLate ? 4 * under.leaseMs! : under.settleMs),
    };
    testJobQueue(opener);
    testWorkSource(opener);
  });
}
