/**
 * What the live workers have, as one library: each thing once, whichever workers have it. Two things of one name are told apart by
 * the first digits of what they are made of.
 */
import { modelsOf, needsReferences, type Task } from "../../shared/job.ts";
import { Problem } from "../../shared/problem.ts";
import type { AddOnInfo, ModelInfo, ModelProblem } from "../../shared/protocol.ts";
import { type LiveWorker, liveWorkers } from "../queue/bullmq/presence.ts";
import type { RedisQueue } from "../queue/bullmq/redis-queue.ts";
import type { ModelName } from "../queue/job-queue.ts";
import { cardSchema, type Offered, referencesFor, type WorkerCard } from "./card.ts";

export class TeamLibrary {
  readonly #queue: RedisQueue;

  constructor(queue: RedisQueue) {
    this.#queue = queue;
  }

  /** Rejects with Problem "queue-unreachable". */
  workers(): Promise<LiveWorker<WorkerCard>[]> {
    return liveWorkers(this.#queue.store, cardSchema);
  }

  async list() {
    const { models, addOns } = await this.#offered();
    return {
      models: models.map(({ info }): ModelInfo => ({ ...info, thumbnail: false })),
      addOns: addOns.map(({ info }): AddOnInfo => ({ ...info, thumbnail: false })),
      problems: [] as ModelProblem[],
    };
  }

  /** Rejects with Problem "model-not-found" for what no live worker has. */
  async named(task: Task): Promise<ModelName[]> {
    const { models, addOns } = await this.#offered();
    const known = new Map([...addOns, ...models].map(({ info, digest }) => [info.id, digest]));
    const named = modelsOf(task).map((id) => {
      const digest = known.get(id);
      if (digest === undefined)
        throw new Problem(
          "model-not-found",
          `None of the studio's workers has “${id.slice(0, 200)}” now: choose another, or start a worker that has it.`,
        );
      return { id, digest };
    });
    const [model] = named;
    if (!needsReferences(task) || model === undefined) return named;
    return [...named, { id: `references for ${model.id}`, digest: referencesFor(model.digest) }];
  }

  /** Pictures beside models stay with the workers. */
  async thumbnail(): Promise<undefined> {
    return undefined;
  }

  onChange(listener: () => void): () => void {
    let stop = () => {};
    let left = false;
    let last = "";
    // Each worker says all of it every few seconds; only what has changed is told.
    const look = async () => {
      const list = JSON.stringify(await this.list());
      if (list === last || left) return;
      if (last !== "") listener();
      last = list;
    };
    const lookQuietly = () => void look().catch(() => {});
    lookQuietly();
    const listening = this.#queue.channels.listen("workers", lookQuietly);
    listening.then(
      (done) => {
        stop = done;
        if (left) done();
      },
      () => {},
    );
    return () => {
      left = true;
      stop();
    };
  }

  async #offered() {
    const workers = await this.workers();
    return {
      models: merged(workers.map(({ card }) => card.models)),
      addOns: merged(workers.map(({ card }) => card.addOns)),
    };
  }
}

/** Each digest once; a model that one worker can give references is one with references. */
function merged<I extends ModelInfo | AddOnInfo>(lists: readonly (readonly Offered<I>[])[]): Offered<I>[] {
  const found = new Map<string, Offered<I>>();
  const taken = new Set<string>();
  for (const { digest, info } of lists.flat()) {
    const known = found.get(digest);
    if (known !== undefined) {
      if ("references" in info && info.references)
        found.set(digest, { digest, info: { ...known.info, references: true } });
      continue;
    }
    const id = taken.has(info.id) ? `${info.id} (${digest.slice(0, 8)})` : info.id;
    taken.add(id);
    found.set(digest, { digest, info: { ...info, id } });
  }
  return [...found.values()].sort((a, b) => (a.info.id < b.info.id ? -1 : 1));
}
