/**
 * Paints a frame anew while it is edited: the newest edit wins. One picture is on its way at a time; what is edited meanwhile is
 * looked at once, when that one is there. Where it waits behind others' jobs a newer one takes its place; once it is begun it is
 * let finish, so that whoever drags without a pause sees something all the same. Nothing of it outlives the connection.
 */
import { Problem, type ProblemData } from "../../../shared/problem.ts";
import type { CompanionMessage, Envelope, Welcome } from "../../../shared/protocol.ts";
import { addressOf } from "../pixels/raster.ts";
import { whenDecoded } from "../pixels/when-decoded.ts";
import { oncePerHash } from "../request/hashes-of.ts";
import { liveIntent } from "../request/live-intent.ts";
import { type Order, prepareRun } from "../request/prepare-run.ts";
import type { NewJob } from "../state/events.ts";
import type { Live } from "../state/live.ts";
import { liveHere } from "../state/live-here.ts";
import { taskOf } from "../state/recipe.ts";
import type { State } from "../state/state.ts";
import type { Store } from "../state/store.ts";
import type { CompanionClient } from "../wires/companion-client.ts";
import type { MainClient } from "../wires/main-client.ts";

/** How long a job waits before a newer one takes its place, milliseconds: each takes an export of the frame. */
const REPLACE_MS = 500;

interface Parts {
  readonly store: Store;
  readonly main: MainClient;
  readonly companion: Pick<CompanionClient, "send">;
  /** How long a job waits before a newer one takes its place. */
  readonly replaceMs?: number;
  /** Looks at the frame. */
  readonly prepare?: typeof prepareRun;
  /** Resolves when the picture can be shown without a gap. */
  readonly decoded?: (url: string) => Promise<void>;
}

/** On its way. */
interface Sent {
  readonly made: NewJob;
  /** When the first edit was heard of that it shows. */
  readonly since: number;
  readonly at: number;
  phase: "waiting" | "running";
}

export class LiveDesk {
  readonly #parts: Required<Parts>;
  readonly #sent = new Map<string, Sent>();
  /** When the first edit was heard of that nothing shows yet, nor will. */
  #wanted: number | undefined;
  #preparing = false;
  /** What was asked for last: the same again would be the same picture. */
  #asked: string | undefined;
  #watched: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ replaceMs = REPLACE_MS, prepare = prepareRun, decoded = whenDecoded, ...parts }: Parts) {
    this.#parts = { replaceMs, prepare, decoded, ...parts };
    parts.store.subscribe((state, before) => this.#follow(state, before));
  }

  /** The frame was edited. */
  onEdited(node: string): void {
    if (node === this.#here?.target.id) this.#want();
  }

  /** What was on its way over another connection is asked for anew. */
  onWelcome({ jobs }: Pick<Welcome, "jobs">): void {
    for (const job of [...this.#sent.keys()]) {
      this.#sent.delete(job);
      if (jobs.includes(job)) this.#forget(job);
    }
    this.#asked = undefined;
    this.#want();
  }

  /** True for what this desk has asked for. */
  onMessage({ message, attachments }: Envelope<CompanionMessage>): boolean {
    const job = message.type === "missing" ? message.jobs.find((each) => this.#sent.has(each)) : jobOf(message);
    const sent = job === undefined ? undefined : this.#sent.get(job);
    if (job === undefined || sent === undefined) return false;
    if (message.type === "queued") {
      this.#change({ ahead: message.ahead });
      return true;
    }
    if (message.type === "progress") {
      sent.phase = "running";
      return true;
    }
    this.#sent.delete(job);
    if (message.type !== "rejected") this.#parts.companion.send({ type: "acknowledge", job });
    if (message.type === "done") {
      const { task, result } = message;
      const [shown] = result.attachments;
      const bytes = attachments.get(shown?.name ?? "");
      const request = task.kind === "generate" ? task.request : sent.made.recipe.request;
      const { models } = result.facts;
      const recipe = { ...sent.made.recipe, request, ...(models && { madeWith: [...models] }) };
      if (shown && bytes)
        void this.#show({ ...sent, made: { ...sent.made, recipe } }, { ...shown, bytes }, result.seconds);
    } else if (message.type === "failed" || message.type === "rejected") this.#fail(message.problem);
    this.#pump();
    return true;
  }

  /** What the panel says, or where it is, has changed. */
  #follow(state: State, before: State): void {
    const live = liveHere(state);
    const id = live?.target.id ?? null;
    if (id !== this.#watched) this.#watch(id);
    else if (live !== null && SHAPES_IT.some((key) => state[key] !== before[key])) this.#want();
  }

  #watch(id: string | null): void {
    this.#watched = id;
    clearTimeout(this.#timer);
    for (const job of [...this.#sent.keys()]) {
      this.#sent.delete(job);
      this.#forget(job);
    }
    this.#wanted = undefined;
    this.#asked = undefined;
    this.#parts.main.call("watch-layer", { node: id }).catch(() => {});
    if (id !== null) this.#want();
  }

  #want(): void {
    if (this.#here === null) return;
    this.#wanted ??= performance.now();
    this.#pump();
  }

  #pump(): void {
    clearTimeout(this.#timer);
    const live = this.#here;
    const isWanted = this.#wanted !== undefined && live !== null && this.#connected && !this.#preparing;
    const wait = this.#wait();
    if (isWanted && wait === 0) void this.#paint(live, this.#wanted!);
    else if (isWanted && Number.isFinite(wait)) this.#timer = setTimeout(() => this.#pump(), wait);
    this.#tell();
  }

  /** Milliseconds until another one may be sent; Infinity: until one of those on their way has ended. */
  #wait(): number {
    const [sent, another] = this.#sent.values();
    if (sent === undefined) return 0;
    if (sent.phase === "running" || another !== undefined) return Number.POSITIVE_INFINITY;
    return Math.max(0, sent.at + this.#parts.replaceMs - performance.now());
  }

  /** Looks at the frame, and sends what it looks like where that is something new. */
  async #paint({ target }: Live, since: number): Promise<void> {
    this.#preparing = true;
    this.#wanted = undefined;
    try {
      const { store, main, prepare } = this.#parts;
      const [order] = await prepare([liveIntent(store.state, target)], main);
      const isStillHere = this.#here?.target.id === target.id;
      const asked = order?.jobs[0]?.recipe.asked;
      if (!isStillHere || !this.#connected) this.#wanted ??= since;
      else if (order && asked !== this.#asked) this.#send(order, since);
    } catch (error) {
      this.#fail(Problem.from(error).toJSON());
    } finally {
      this.#preparing = false;
    }
    this.#pump();
  }

  #send({ jobs, images, hashes }: Order, since: number): void {
    const [made] = jobs;
    if (made === undefined) return;
    const { companion } = this.#parts;
    for (const [job, { phase }] of this.#sent)
      if (phase === "waiting") companion.send({ type: "cancel", job, unlessRunning: true });
    const { job } = made.job;
    const named = [...hashes].map(([name, sha256]) => ({ name, sha256 }));
    const task = taskOf(made.recipe);
    const submit = { type: "submit", task, jobs: [{ job }], images: named, fleeting: true } as const;
    companion.send(submit, oncePerHash(images, hashes));
    this.#asked = made.recipe.asked;
    this.#sent.set(job, { made, since, at: performance.now(), phase: "waiting" });
  }

  async #show({ made, since }: Sent, shown: Shown, seconds: number): Promise<void> {
    const { bytes, width, height } = shown;
    const image = { url: addressOf(bytes), bytes: bytes.slice(), width, height };
    await this.#parts.decoded(image.url);
    const { live } = this.#parts.store.state;
    if (live?.target.id !== made.job.ticket.target) return URL.revokeObjectURL(image.url);
    const old = live.picture;
    const latency = (performance.now() - since) / 1000;
    this.#change({ picture: { made, image, latency, seconds, kept: false }, problem: null });
    if (old !== null) URL.revokeObjectURL(old.image.url);
  }

  #forget(job: string): void {
    if (!this.#connected) return;
    this.#parts.companion.send({ type: "cancel", job });
    this.#parts.companion.send({ type: "acknowledge", job });
  }

  /** It stays so until something changes: the same again would fail again. */
  #fail(problem: ProblemData): void {
    this.#asked = undefined;
    this.#change({ problem });
  }

  #tell(): void {
    const painting = this.#preparing || this.#sent.size > 0 || this.#wanted !== undefined;
    if (this.#here !== null && this.#here.painting !== painting) this.#change({ painting });
  }

  #change(change: Partial<Live>): void {
    const { store } = this.#parts;
    const { live } = store.state;
    if (live !== null) store.dispatch({ type: "live", live: { ...live, ...change } });
  }

  get #here(): Live | null {
    return liveHere(this.#parts.store.state);
  }

  get #connected(): boolean {
    return this.#parts.store.state.connection.kind === "ready";
  }
}

interface Shown {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** What of the state a picture depends on, besides what the frame looks like. */
const SHAPES_IT = ["prompt", "settings", "references", "controls", "characters", "companion"] as const;

const jobOf = (message: CompanionMessage): string | undefined => ("job" in message ? message.job : undefined);
