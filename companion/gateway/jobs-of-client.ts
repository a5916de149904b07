/** What one client wants done, and what it is told of it. */
import { type AttachmentInfo, endsWithClient, type JobEvent, type Progress, withSeed } from "../../shared/job.ts";
import type { CompanionMessage, Submit } from "../../shared/protocol.ts";
import { checkImages } from "../../shared/validate.ts";
import { beginSpan, inSpan } from "../profile/spans.ts";
import type { NewJob } from "../queue/job-queue.ts";
import { Pace } from "../queue/pace.ts";
import type { Host } from "./host.ts";

/** Between two progress messages of a job, milliseconds. */
export const PROGRESS_MS = 100;

const PREVIEW = "preview";

interface ClientParts {
  readonly host: Pick<Host, "queue" | "models" | "pairings">;
  readonly send: (message: CompanionMessage, attachments?: ReadonlyMap<string, Uint8Array>) => void;
  /** False while the wire is full: progress waits then. */
  readonly ready: () => boolean;
  readonly refuse: (error: unknown, jobs: readonly string[]) => void;
}

export class JobsOfClient {
  readonly #parts: ClientParts;
  /** How to stop watching, by job. */
  readonly #watched = new Map<string, () => void>();
  /** Of use to nobody once this client has left: the owner, by job. */
  readonly #onlyOurs = new Map<string, string>();
  #left = false;

  constructor(parts: ClientParts) {
    this.#parts = parts;
  }

  /** Stores the jobs and watches them, or says which images are missing. Rejects with a Problem. */
  async submit(
    { task, jobs, images, batch, fleeting = endsWithClient(task) }: Submit,
    attachments: ReadonlyMap<string, Uint8Array>,
    owner: string,
  ): Promise<void> {
    checkImages(task, { images, attachments });
    const given = new Map(images.flatMap(({ name, sha256 }) => toPair(sha256, attachments.get(name))));
    const person = this.#parts.host.pairings.find(owner)?.name;
    const models = await inSpan("name models", "wire", () => this.#parts.host.models.named(task));
    const named = Object.fromEntries(images.map(({ name, sha256 }) => [name, sha256]));
    const fresh: NewJob[] = jobs.map(({ job: id, seed }) => ({
      ...{ id, owner, models, images: named },
      ...(person !== undefined && { person }),
      ...(batch && { batch }),
      ...(fleeting && { fleeting }),
      task: seed === undefined ? task : withSeed(task, seed),
    }));
    const { missing } = await inSpan("hand to the queue", "wire", () => this.#parts.host.queue.submit(fresh, given));
    if (missing.length > 0) {
      const names = images.filter(({ sha256 }) => missing.includes(sha256)).map(({ name }) => name);
      this.#parts.send({ type: "missing", jobs: jobs.map(({ job }) => job), images: names });
      return;
    }
    if (fleeting) for (const { job } of jobs) this.#onlyOurs.set(job, owner);
    // All at a time: a studio's queue looks their places up once, not once for each.
    await Promise.all(jobs.map(({ job }) => this.watch(job, owner)));
    if (this.#left) this.#endOurs();
  }

  /** Tells where the job stands, and everything that follows. */
  async watch(job: string, owner: string): Promise<void> {
    this.#unwatch(job);
    const { host, send, ready, refuse } = this.#parts;
    const pace = new Pace<Progress>(
      ({ preview, ...progress }) => send({ type: "progress", job, ...progress }, previewOf(preview)),
      {
        ms: PROGRESS_MS,
        ready,
      },
    );
    const stop = await host.queue.subscribe(job, owner, (event) => {
      if (event.type === "progress") return pace.push(event.progress);
      pace.stop();
      try {
        this.#tell(job, event);
      } catch (error) {
        refuse(error, [job]);
      }
    });
    this.#unwatch(job);
    this.#watched.set(job, () => {
      stop();
      pace.stop();
    });
    if (this.#left) this.#unwatch(job);
  }

  async acknowledge(job: string, owner: string): Promise<void> {
    this.#unwatch(job);
    this.#onlyOurs.delete(job);
    await this.#parts.host.queue.acknowledge(job, owner);
  }

  /** The client is gone; those of its jobs go on whose results it can fetch later. */
  leave(): void {
    this.#left = true;
    for (const job of [...this.#watched.keys()]) this.#unwatch(job);
    this.#endOurs();
  }

  #endOurs(): void {
    const { host, refuse } = this.#parts;
    for (const [job, owner] of this.#onlyOurs)
      host.queue
        .cancel(job, owner)
        .then(() => host.queue.acknowledge(job, owner))
        .catch((error: unknown) => refuse(error, [job]));
    this.#onlyOurs.clear();
  }

  #unwatch(job: string): void {
    this.#watched.get(job)?.();
    this.#watched.delete(job);
  }

  #tell(job: string, event: Exclude<JobEvent, { type: "progress" }>): void {
    const { send } = this.#parts;
    if (event.type !== "done") {
      send({ ...event, job });
      return;
    }
    const { task, result } = event;
    const attachments = result.attachments.map(({ bytes: _, ...info }): AttachmentInfo => info);
    const bytes = new Map(result.attachments.map((each) => [each.name, each.bytes]));
    const end = beginSpan("send picture", "wire");
    send({ type: "done", job, task, result: { ...result, attachments } }, bytes);
    end();
  }
}

const toPair = (hash: string, bytes: Uint8Array | undefined) => (bytes === undefined ? [] : [[hash, bytes] as const]);

const previewOf = (preview: Uint8Array | undefined) =>
  preview === undefined ? undefined : new Map([[PREVIEW, preview]]);
