/** Finished pictures on the companion's disk: kept as they come, told of again when the plugin is opened, loaded when they are looked at. */
import { Problem } from "../../../shared/problem.ts";
import type { CompanionMessage, Envelope, KeptPicture } from "../../../shared/protocol.ts";
import { layerAttachment, layersAmong } from "../../../shared/split.ts";
import { addressOf } from "../pixels/raster.ts";
import { newId } from "../request/new-id.ts";
import { readAbout, writeAbout } from "../state/kept-about.ts";
import type { Picture, ResultImage } from "../state/picture.ts";
import type { Store } from "../state/store.ts";
import type { CompanionClient } from "../wires/companion-client.ts";
import type { MainClient } from "../wires/main-client.ts";
import { findPlaced } from "./find-placed.ts";
import { problemNotice } from "./problem-notice.ts";

interface HistoryParts {
  readonly store: Store;
  readonly companion: Pick<CompanionClient, "send">;
  readonly main: MainClient;
  /** A small PNG of a picture. */
  readonly shrink: (bytes: Uint8Array) => Promise<Uint8Array>;
  /** The companion's queue and Figma's storage may forget the job. */
  readonly release: (job: string) => void;
}

/** In one message. */
const MOST_FORGOTTEN = 500;

interface Waiting {
  readonly resolve: (image: ResultImage) => void;
  readonly reject: (problem: Problem) => void;
}

export class HistoryDesk {
  readonly #parts: HistoryParts;
  /** The id that the Figma file has, or gets with its first picture. */
  #file = newId();
  #isNamed = false;
  /** Removed while the companion was away. */
  readonly #unwanted = new Set<string>();
  /** Who waits for whole pictures, by job. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(parts: HistoryParts) {
    this.#parts = parts;
    parts.store.subscribe(({ pictures }, before) => {
      if (pictures !== before.pictures) this.#follow(pictures, before.pictures);
    });
  }

  /** `file`: the id that the Figma file has; absent: no picture was ever kept for it. */
  remember(file: string | undefined): void {
    this.#isNamed = file !== undefined;
    this.#file = file ?? this.#file;
  }

  onWelcome(): void {
    this.#forget([...this.#unwanted]);
    this.#unwanted.clear();
    if (this.#isNamed) this.#parts.companion.send({ type: "list-history", file: this.#file });
    for (const picture of this.#parts.store.state.pictures)
      if (picture.phase === "done" && !picture.kept) void this.#keep(picture);
  }

  /** False where the message is not about what is kept. */
  onMessage({ message, attachments }: Envelope<CompanionMessage>): boolean {
    if (message.type === "history") this.#onHistory(message.pictures);
    else if (message.type === "kept") this.#onKept(message.job);
    else if (message.type === "kept-picture") {
      const bytes = attachments.get("image");
      if (message.size === "whole") this.#onWhole(message.job, bytes, layersAmong(attachments));
      else if (bytes) this.#parts.store.dispatch({ type: "small", job: message.job, url: addressOf(bytes) });
    } else return false;
    return true;
  }

  /** Shows the small copy of a picture whose own bytes are not here. */
  showSmall({ job: { job } }: Picture): void {
    if (this.#connected) this.#parts.companion.send({ type: "kept-picture", file: this.#file, job, size: "small" });
  }

  /** The picture itself. Rejects with Problem "result-expired" where it is gone, "internal" while the companion is away. */
  load({ image, job: { job } }: Picture): Promise<ResultImage> {
    if (image !== null) return Promise.resolve(image);
    return new Promise((resolve, reject) => {
      const others = this.#waiting.get(job) ?? [];
      this.#parts.companion.send({ type: "kept-picture", file: this.#file, job, size: "whole" });
      this.#waiting.set(job, [...others, { resolve, reject }]);
    });
  }

  /** Keeps what is new, tells what changed, forgets what was removed. */
  #follow(now: readonly Picture[], before: readonly Picture[]): void {
    const known = new Map(before.map((picture) => [picture.job.job, picture]));
    for (const picture of now) {
      const was = known.get(picture.job.job);
      known.delete(picture.job.job);
      const isNew = picture.phase === "done" && was?.phase !== "done" && !picture.kept;
      const isChanged = was?.kept && (picture.starred !== was.starred || picture.layers !== was.layers);
      if (isNew) void this.#keep(picture);
      else if (isChanged && this.#connected) this.#tell(picture);
    }
    const gone = [...known.values()].filter(({ kept }) => kept).map(({ job }) => job.job);
    if (this.#connected) this.#forget(gone);
    else for (const job of gone) this.#unwanted.add(job);
  }

  async #keep(picture: Picture): Promise<void> {
    const { image } = picture;
    if (image === null || !this.#connected) return; // The next welcome keeps it.
    const { main, shrink, store } = this.#parts;
    try {
      const small = await shrink(image.bytes);
      const { file } = await main.call("name-file", { id: this.#file });
      this.remember(file);
      const now = store.state.pictures.find(({ job }) => job.job === picture.job.job);
      if (now === undefined || !this.#connected) return;
      const bytes = new Map([
        ["image", image.bytes],
        ["small", small],
        ...(image.layers ?? []).map((layer, i) => [layerAttachment(i), layer] as const),
      ]);
      this.#tell(now, bytes);
    } catch (error) {
      store.dispatch(problemNotice(Problem.from(error)));
    }
  }

  #tell(picture: Picture, bytes?: ReadonlyMap<string, Uint8Array>): void {
    const { job, submittedAt } = picture.job;
    const kept = { job, at: submittedAt, starred: picture.starred, about: writeAbout(picture) };
    this.#parts.companion.send({ type: "keep", file: this.#file, picture: kept }, bytes);
  }

  #forget(jobs: readonly string[]): void {
    for (let i = 0; i < jobs.length; i += MOST_FORGOTTEN) {
      const some = jobs.slice(i, i + MOST_FORGOTTEN);
      this.#parts.companion.send({ type: "forget", file: this.#file, jobs: some });
    }
  }

  #onHistory(kept: readonly KeptPicture[]): void {
    const { store, main } = this.#parts;
    const pictures = kept.flatMap(({ about, starred }) => {
      const read = readAbout(about);
      return read === null || read.job.ticket.document === "" ? [] : [{ ...read, starred }];
    });
    store.dispatch({ type: "history", pictures });
    void findPlaced(store, main);
  }

  #onKept(job: string): void {
    const { store, release } = this.#parts;
    const picture = store.state.pictures.find((each) => each.job.job === job);
    store.dispatch({ type: "kept", job });
    // What happened to it while it was on its way.
    if (picture !== undefined && !picture.kept && (picture.starred || picture.layers.length > 0)) this.#tell(picture);
    // One of several layers is held until it is placed: where the plugin closes before, it comes again, and is placed then.
    if (picture !== undefined && (!picture.job.batch || picture.placed)) release(job);
  }

  #onWhole(job: string, bytes: Uint8Array | undefined, layers: readonly Uint8Array[]): void {
    const waiting = this.#waiting.get(job) ?? [];
    this.#waiting.delete(job);
    const { store } = this.#parts;
    const picture = store.state.pictures.find((each) => each.job.job === job);
    const isWhole = layers.length === (picture?.recipe.request.split?.layers ?? 0);
    if (picture === undefined || bytes === undefined || !isWhole) {
      const gone = new Problem("result-expired", "This picture is gone from the companion’s disk.");
      for (const { reject } of waiting) reject(gone);
      return;
    }
    const { width, height } = picture;
    const kept = layers.length > 0 && { layers: layers.map((layer) => layer.slice()) };
    const image = { url: addressOf(bytes), bytes: bytes.slice(), width, height, ...kept };
    store.dispatch({ type: "loaded", job, image });
    for (const { resolve } of waiting) resolve(image);
  }

  get #connected(): boolean {
    return this.#parts.store.state.connection.kind === "ready";
  }
}
