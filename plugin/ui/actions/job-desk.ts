/** Jobs from being sent to being forgotten: what the companion tells of them, and what it must be told. */
import { Problem, type ProblemData } from "../../../shared/problem.ts";
import type {
  CompanionMessage,
  Done,
  Envelope,
  Missing,
  ProgressMessage,
  Queued,
  Rejected,
  Welcome,
} from "../../../shared/protocol.ts";
import { requestedSize } from "../../../shared/request.ts";
import { layersAmong } from "../../../shared/split.ts";
import { USED_LIMITS, type UsedModel } from "../../../shared/used-model.ts";
import type { CallInput, OpenJob } from "../../bridge.ts";
import { addressOf } from "../pixels/raster.ts";
import { oncePerHash } from "../request/hashes-of.ts";
import type { Order } from "../request/prepare-run.ts";
import type { AppEvent, NewJob } from "../state/events.ts";
import { learn, workOf } from "../state/experience.ts";
import { isActive, type Picture } from "../state/picture.ts";
import { readRecipe, taskOf, writeRecipe } from "../state/recipe.ts";
import type { Store } from "../state/store.ts";
import { t } from "../text/language.ts";
import type { CompanionClient } from "../wires/companion-client.ts";
import { problemNotice } from "./problem-notice.ts";

const LOST: ProblemData = {
  code: "job-unknown",
  message: "The companion no longer has this job. Generate the picture again.",
};
const ANOTHER_COMPANION: ProblemData = {
  code: "job-unknown",
  message: "This job was for the companion that was paired before. Generate the picture again.",
};
const NO_IMAGE: ProblemData = {
  code: "frame-invalid",
  message: "The finished picture did not arrive. Generate it again.",
};

export interface DeskParts {
  readonly store: Store;
  readonly companion: Pick<CompanionClient, "send">;
  readonly save: (change: CallInput<"save">) => Promise<void>;
}

/** Of a larger version, with what the picture itself was made. */
const eachOnce = (models: readonly UsedModel[]) =>
  [...new Map(models.map((each) => [`${each.as} ${each.id}`, each])).values()].slice(0, USED_LIMITS.models);

/** None where the picture has none. */
const slices = (layers: readonly Uint8Array[]) =>
  layers.length > 0 ? { layers: layers.map((layer) => layer.slice()) } : {};

export class JobDesk {
  readonly #store: Store;
  readonly #companion: DeskParts["companion"];
  readonly #save: DeskParts["save"];
  /**
   * Sent, but not yet known to be stored by the companion: to be sent again after a break, and only to the companion that
   * they were made for.
   */
  readonly #unconfirmed = new Map<string, { readonly order: Order; readonly pairing: string | undefined }>();
  /** By job: hashes of images that the companion keeps for it, as far as we know, until we let it go; what is missing it says. */
  readonly #held = new Map<string, ReadonlySet<string>>();
  /** The pairing of the last welcome. */
  #pairing: string | undefined;
  /** Cancelled or given up while the companion was away. */
  readonly #unwanted = new Set<string>();
  /** Jobs that an earlier opening of the plugin left. */
  #left: readonly NewJob[] = [];

  constructor({ store, companion, save }: DeskParts) {
    this.#store = store;
    this.#companion = companion;
    this.#save = save;
  }

  /** Jobs to ask for as soon as the companion is there. What another version of the plugin wrote is said, and given up. */
  remember(jobs: readonly OpenJob[]): void {
    const read = jobs.map(({ recipe, ...job }) => ({ job, recipe: readRecipe(recipe) }));
    this.#left = read.filter((each): each is NewJob => each.recipe !== null);
    for (const { job } of read.filter(({ recipe }) => recipe === null)) {
      this.#store.dispatch({ type: "notice", notice: { tone: "problem", text: t.window.unreadableJob } });
      this.release(job.job);
    }
  }

  /** Jobs whose end has not arrived. */
  waiting(): string[] {
    return [...this.#left, ...this.#store.state.pictures.filter(isActive)].map(({ job }) => job.job);
  }

  /**
   * Has the jobs kept where closing the plugin can't lose them, and sends them: the companion has them to do while Figma writes. Rejects
   * with a Problem where they can't be kept; they are made then, too, and lost where the plugin is closed before.
   */
  async submit(orders: readonly Order[]): Promise<void> {
    const jobs = orders.flatMap((order) => order.jobs);
    this.#store.dispatch({ type: "submitted", jobs });
    const keeping = Promise.all(jobs.map((each) => this.#keep(each)));
    for (const order of orders)
      for (const { job } of order.jobs) this.#unconfirmed.set(job.job, { order, pairing: this.#pairing });
    for (const order of orders) this.#send(order);
    await keeping;
  }

  cancel({ job: { job } }: Picture): void {
    if (this.#connected) this.#companion.send({ type: "cancel", job });
    this.#end(job, { type: "cancelled", job });
  }

  /** Nothing more is wanted of this job: the companion and Figma's storage may forget it. */
  release(job: string): void {
    this.#unconfirmed.delete(job);
    this.#held.delete(job);
    void this.#save({ slot: "finished-job", value: job });
    if (this.#connected) this.#companion.send({ type: "acknowledge", job });
    else this.#unwanted.add(job);
  }

  /** Takes up every job again after a break, or after the plugin was closed. `pairing`: with whom. */
  onWelcome(welcome: Welcome, pairing: string): void {
    this.#pairing = pairing;
    for (const job of welcome.jobs.filter((job) => this.#unwanted.has(job))) {
      this.#companion.send({ type: "cancel", job });
      this.#companion.send({ type: "acknowledge", job });
    }
    this.#unwanted.clear();
    for (const left of this.#left) {
      // What the companion never got, or no longer has, stays until the designer sends or discards it.
      const phase = welcome.jobs.includes(left.job.job) ? "queued" : "unsent";
      this.#store.dispatch({ type: "reattached", job: left, phase });
    }
    this.#left = [];
    this.#held.clear();
    const again = new Set<Order>();
    for (const picture of this.#store.state.pictures.filter(isActive)) {
      const { job } = picture.job;
      const unconfirmed = this.#unconfirmed.get(job);
      if (welcome.jobs.includes(job)) {
        this.#unconfirmed.delete(job);
        this.#companion.send({ type: "attach", job });
      } else if (unconfirmed?.pairing === pairing) again.add(unconfirmed.order);
      else if (unconfirmed !== undefined) this.#end(job, { type: "failed", job, problem: ANOTHER_COMPANION });
      else this.#end(job, { type: "failed", job, problem: LOST });
    }
    for (const order of again) this.#send(order);
  }

  onMessage({ message, attachments }: Envelope<CompanionMessage>): void {
    switch (message.type) {
      case "queued":
        this.#onQueued(message);
        break;
      case "missing":
        this.#onMissing(message);
        break;
      case "progress":
        this.#onProgress(message, attachments.get("preview"));
        break;
      case "done":
        this.#onDone(message, attachments);
        break;
      case "failed":
        this.#end(message.job, { type: "failed", job: message.job, problem: message.problem });
        break;
      case "cancelled":
        this.#end(message.job, { type: "cancelled", job: message.job });
        break;
      case "rejected":
        this.#onRejected(message);
        break;
    }
  }

  #onQueued({ job, ahead }: Queued): void {
    this.#unconfirmed.delete(job);
    this.#store.dispatch({ type: "queued", job, ahead });
  }

  /** Nothing of the order was stored, what came with it neither: all its images go again. */
  #onMissing({ jobs }: Missing): void {
    const order = jobs.map((job) => this.#unconfirmed.get(job)?.order).find((each) => each !== undefined);
    if (order === undefined) return;
    for (const [job, hashes] of this.#held)
      if ([...order.hashes.values()].some((hash) => hashes.has(hash))) this.#held.delete(job);
    this.#send(order);
  }

  #onProgress(progress: ProgressMessage, preview: Uint8Array | undefined): void {
    const picture = this.#picture(progress.job);
    if (!picture || !isActive(picture)) return;
    const old = picture.preview;
    this.#store.dispatch({ type: "progress", progress, preview: preview ? addressOf(preview) : null });
    if (preview && old) URL.revokeObjectURL(old);
  }

  #onDone({ job, task, result }: Done, attachments: ReadonlyMap<string, Uint8Array>): void {
    const { seconds, facts } = result;
    const shown = result.attachments[0];
    const bytes = attachments.get(shown?.name ?? "");
    const picture = this.#picture(job);
    if (!picture || !isActive(picture)) return;
    if (shown === undefined || bytes === undefined) {
      this.#store.dispatch({ type: "failed", job, problem: NO_IMAGE });
      return;
    }
    const layers = layersAmong(attachments);
    if (task.kind === "generate" && layers.length !== (task.request.split?.layers ?? 0)) {
      this.#store.dispatch({ type: "failed", job, problem: { ...NO_IMAGE, message: t.split.incomplete } });
      return;
    }
    // Of a larger version, the request stays that of the picture itself.
    const request = task.kind === "generate" ? task.request : picture.recipe.request;
    const madeWith = [...(picture.recipe.madeWith ?? []), ...(facts.models ?? [])];
    const recipe = {
      ...picture.recipe,
      request,
      ...(madeWith.length > 0 && { madeWith: eachOnce(madeWith) }),
      ...(facts.drift && { drift: facts.drift }),
    };
    const { width, height } = shown;
    const image = { url: addressOf(bytes), bytes: bytes.slice(), width, height, ...slices(layers) };
    const { tokens = 0, droppedText = null, weightBits = null, thrift = null, paletteDistance = null } = facts;
    this.#unconfirmed.delete(job);
    this.#store.dispatch({
      type: "done",
      job,
      image,
      seconds,
      tokens,
      droppedText,
      weightBits,
      thrift,
      paletteDistance,
      recipe,
    });
    void this.#keep({ job: picture.job, recipe });
    const size = requestedSize(request);
    if (size === undefined || task.kind !== "generate") return;
    const taken = { seconds, memory: facts.memory };
    const experience = learn(this.#store.state.settings.experience, workOf(request, size), taken);
    this.#store.dispatch({ type: "settings", change: { experience } });
  }

  #onRejected({ job, problem }: Rejected): void {
    const picture = job === undefined ? undefined : this.#picture(job);
    if (picture && isActive(picture)) this.#end(picture.job.job, { type: "failed", job: picture.job.job, problem });
    else if (problem.code !== "job-unknown") this.#store.dispatch(problemNotice(problem));
  }

  /**
   * What of an order the companion is not known to have: one message, each image at most once. What was sent before is obeyed
   * before this, so that its images need not come again.
   */
  #send(order: Order): void {
    const jobs = order.jobs.filter(({ job }) => this.#unconfirmed.get(job.job)?.order === order);
    const [first] = jobs;
    if (first === undefined || !this.#connected) return; // The next welcome sends it.
    const images = [...order.hashes].map(([name, hash]) => ({ name, sha256: hash }));
    const held = new Set([...this.#held.values()].flatMap((hashes) => [...hashes]));
    const unknown = [...order.images].filter(([name]) => !held.has(order.hashes.get(name)!));
    const attached = oncePerHash(new Map(unknown), order.hashes);
    const seeds = jobs.map(({ job, recipe }) => ({ job: job.job, seed: recipe.request.seed }));
    const { batch } = first.job;
    try {
      const task = taskOf(first.recipe);
      this.#companion.send({ type: "submit", task, jobs: seeds, images, ...(batch && { batch }) }, attached);
      const hashes = new Set(order.hashes.values());
      for (const { job } of jobs) this.#held.set(job.job, hashes);
    } catch (error) {
      const problem = Problem.from(error).toJSON();
      for (const { job } of jobs) this.#end(job.job, { type: "failed", job: job.job, problem });
    }
  }

  /** Where closing the plugin can't lose it. */
  #keep({ job, recipe }: NewJob): Promise<void> {
    return this.#save({ slot: "job", value: { ...job, recipe: writeRecipe(recipe) } });
  }

  /** A job that brings no picture: shown as ended, and forgotten everywhere else. */
  #end(job: string, event: AppEvent): void {
    this.#store.dispatch(event);
    this.release(job);
  }

  #picture(job: string): Picture | undefined {
    return this.#store.state.pictures.find((picture) => picture.job.job === job);
  }

  get #connected(): boolean {
    return this.#store.state.connection.kind === "ready";
  }
}
