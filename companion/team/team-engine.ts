/** The studio's workers, as the plugin sees an engine: where pictures are made, or what keeps them from being made. */
import { Problem, type ProblemData } from "../../shared/problem.ts";
import type { DeviceInfo } from "../../shared/protocol.ts";
import type { LiveWorker } from "../queue/bullmq/presence.ts";
import type { RedisQueue } from "../queue/bullmq/redis-queue.ts";
import { needsMetBy, type WorkerCard } from "./card.ts";
import type { TeamLibrary } from "./team-library.ts";

export interface TeamState {
  readonly device?: DeviceInfo;
  readonly problem?: ProblemData;
}

/** Between two looks, milliseconds: a worker's death is told by nobody. */
const LOOK_MS = 2000;

export class TeamEngine {
  readonly #queue: RedisQueue;
  readonly #library: TeamLibrary;
  readonly #listeners = new Set<(state: TeamState) => void>();
  readonly #timer: NodeJS.Timeout;
  #state: TeamState = {};

  constructor(queue: RedisQueue, library: TeamLibrary, { lookMs = LOOK_MS } = {}) {
    this.#queue = queue;
    this.#library = library;
    this.#timer = setInterval(() => void this.#look(), lookMs).unref();
    queue.channels.listen("workers", () => void this.#look()).catch(() => {});
    void this.#look();
  }

  get state(): TeamState {
    return this.#state;
  }

  /** Returns how to stop listening. */
  onChange(listener: (state: TeamState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const state = await this.#find().catch((error: unknown) => ({ problem: Problem.from(error).toJSON() }));
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener(state);
  }

  async #find(): Promise<TeamState> {
    const workers = await this.#library.workers();
    const device = deviceOf(workers);
    if (workers.length === 0) return { problem: noWorker().toJSON() };
    const lacking = await this.#lacking(workers);
    const broken = workers.find(({ card }) => card.problem !== undefined && card.device === undefined)?.card.problem;
    const problem = lacking ?? (device === undefined ? broken : undefined);
    return { ...(device && { device }), ...(problem && { problem }) };
  }

  /** The first waiting job that no live worker can do. */
  async #lacking(workers: readonly LiveWorker<WorkerCard>[]): Promise<ProblemData | undefined> {
    const offers = workers.map(({ card }) => new Set(needsMetBy(card)));
    const { rows } = await this.#queue.store.waiting();
    const lacking = rows.filter(({ needs }) => !offers.some((has) => needs.every((need) => has.has(need))));
    const [first] = lacking;
    if (first === undefined) return undefined;
    const names = await this.#queue.store.modelsOf(first.id);
    const pictures = lacking.length === 1 ? "A picture waits" : `${lacking.length} pictures wait`;
    return new Problem(
      "model-not-found",
      `${pictures} for a worker that has ${names.map((name) => `“${name}”`).join(" and ")}: none is running, start one.`,
    ).toJSON();
  }
}

const noWorker = () =>
  new Problem("no-worker", "No worker of the studio is running: pictures wait until somebody starts one.");

function deviceOf(workers: readonly LiveWorker<WorkerCard>[]): DeviceInfo | undefined {
  const devices = workers.flatMap(({ card }) => card.device ?? []);
  const [first] = devices;
  if (first === undefined) return undefined;
  const names = [...new Set(devices.map(({ name }) => name))].join(", ");
  return { provider: first.provider, name: `the studio's workers (${names})`, passedOver: [] };
}
