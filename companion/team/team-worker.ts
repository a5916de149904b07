/** `underpaint worker`, put together: this machine's library and engine at the studio's queue. */
import { withModels } from "../../shared/job.ts";
import { Problem } from "../../shared/problem.ts";
import type { AddOnInfo, ModelInfo } from "../../shared/protocol.ts";
import type { Engine } from "../engine/engine.ts";
import type { LiveLibrary } from "../library/live-library.ts";
import { RedisWorkSource, type RedisWorkSourceOptions } from "../queue/bullmq/redis-work-source.ts";
import { type RunJob, Worker } from "../queue/worker.ts";
import { needsMetBy, type Offered, type WorkerCard } from "./card.ts";

export interface TeamWorkerOptions extends Omit<RedisWorkSourceOptions, "offer"> {
  readonly name: string;
  readonly version: string;
  readonly contentFilter: WorkerCard["contentFilter"];
  readonly library: Pick<LiveLibrary, "list" | "digests" | "onChange">;
  readonly engine: Pick<Engine, "state" | "onChange" | "run">;
}

/** Whatever changed is told this much later, with what changes meanwhile. Milliseconds. */
const TELL_MS = 200;
/** Between two looks while files are being read for what they are made of, milliseconds. */
const LOOK_MS = 1000;

export class TeamWorker {
  readonly #options: TeamWorkerOptions;
  readonly #source: RedisWorkSource;
  readonly #worker: Worker;
  readonly #unlisten: (() => void)[];
  #card: WorkerCard;
  #open: readonly string[] = [];
  #telling: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  /** What was last said of what it offers. */
  #said = "";

  constructor(options: TeamWorkerOptions) {
    const { name, version, contentFilter, library, engine } = options;
    this.#options = options;
    this.#card = { name, version, contentFilter, models: [], addOns: [], done: 0, busy: false };
    this.#source = new RedisWorkSource({ ...options, offer: { has: [], open: [], card: JSON.stringify(this.#card) } });
    this.#worker = new Worker(this.#source, {
      name: this.#source.id,
      run: (job, run) => this.#run(job, run),
      ...(options.leaseMs !== undefined && { leaseMs: options.leaseMs }),
    });
    this.#unlisten = [library.onChange(() => void this.#look()), engine.onChange((state) => this.#onEngine(state))];
  }

  /** Takes jobs from now on. Resolves when everybody knows what it has, as far as that is known by now. */
  async start(): Promise<void> {
    this.#worker.start();
    await this.#look();
  }

  get card(): WorkerCard {
    return this.#card;
  }

  /** Gives the running job back. */
  async close(): Promise<void> {
    for (const unlisten of this.#unlisten) unlisten();
    clearTimeout(this.#telling);
    clearTimeout(this.#looking);
    await this.#worker.close();
    await this.#source.close();
  }

  async #look(): Promise<void> {
    const { library, log = () => {} } = this.#options;
    try {
      const [{ models, addOns }, digests] = await Promise.all([library.list(), library.digests()]);
      clearTimeout(this.#looking);
      const before = this.#card;
      this.#card = { ...before, models: offered(models, digests), addOns: offered(addOns, digests) };
      const unknown = models.length + addOns.length - this.#card.models.length - this.#card.addOns.length;
      await this.#tell();
      const says = saysOf(this.#card, unknown);
      if (says !== this.#said) log(says);
      this.#said = says;
      if (unknown > 0) this.#looking = setTimeout(() => void this.#look(), LOOK_MS).unref();
    } catch (error) {
      log(Problem.from(error).message);
    }
  }

  /** What was open is not, where the engine's process is another one. */
  #onEngine({ device }: Engine["state"]): void {
    if (device === undefined) this.#open = [];
    this.#tellSoon();
  }

  #tellSoon(): void {
    clearTimeout(this.#telling);
    this.#telling = setTimeout(() => void this.#tell().catch(() => {}), TELL_MS).unref();
  }

  async #tell(): Promise<void> {
    const { device, problem } = this.#options.engine.state;
    const card: WorkerCard = { ...this.#card, ...(device && { device }), ...(problem && { problem }) };
    await this.#source.announce({ has: needsMetBy(this.#card), open: this.#open, card: JSON.stringify(card) });
  }

  /** The job, by the names that this machine's library has for what it needs. */
  async #run({ task, models, ...job }: Parameters<RunJob>[0], options: Parameters<RunJob>[1]) {
    const [main] = models;
    const ids = new Map(models.map(({ id, digest }) => [id, this.#idOf(digest) ?? id]));
    this.#card = { ...this.#card, busy: true };
    if (main?.digest !== undefined) this.#open = [main.digest];
    this.#tellSoon();
    try {
      return await this.#options.engine.run({ ...job, task: withModels(task, (id) => ids.get(id) ?? id) }, options);
    } finally {
      this.#card = { ...this.#card, busy: false, done: this.#card.done + 1 };
      this.#tellSoon();
    }
  }

  #idOf(digest: string | undefined): string | undefined {
    return [...this.#card.models, ...this.#card.addOns].find((each) => each.digest === digest)?.info.id;
  }
}

function saysOf({ models, addOns }: WorkerCard, unknown: number): string {
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  const offers = `Offers ${counted(models.length, "model")} and ${counted(addOns.length, "add-on")}.`;
  return unknown === 0 ? offers : `${offers} ${counted(unknown, "other")} will be offered once read.`;
}

const offered = <I extends ModelInfo | AddOnInfo>(list: readonly I[], digests: ReadonlyMap<string, string>) =>
  list.flatMap((info): Offered<I>[] => {
    const digest = digests.get(info.id);
    return digest === undefined ? [] : [{ digest, info }];
  });
