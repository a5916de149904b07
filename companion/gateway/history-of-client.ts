/** What one client wants of the pictures that are kept for its Figma files. */
import { Problem } from "../../shared/problem.ts";
import type { AskKept, CompanionMessage, Forget, Keep } from "../../shared/protocol.ts";
import { layerAttachment, layersAmong } from "../../shared/split.ts";
import type { Host } from "./host.ts";

type Send = (message: CompanionMessage, attachments?: ReadonlyMap<string, Uint8Array>) => void;

/** Names of attachments. */
const [IMAGE, SMALL] = ["image", "small"];

export class HistoryOfClient {
  readonly #history: Host["history"];
  readonly #send: Send;

  constructor(history: Host["history"], send: Send) {
    this.#history = history;
    this.#send = send;
  }

  async list(file: string): Promise<void> {
    this.#send({ type: "history", file, pictures: await this.#history.list(file) });
  }

  /** Rejects with a Problem. */
  async keep({ file, picture }: Keep, attachments: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const [image, small] = [attachments.get(IMAGE), attachments.get(SMALL)];
    const layers = layersAmong(attachments);
    const all = 2 + layers.length;
    const inTurn = layers.every((layer, i) => attachments.get(layerAttachment(i)) === layer);
    if (attachments.size > 0 && (attachments.size !== all || !inTurn || image === undefined || small === undefined))
      throw new Problem("frame-invalid", "Cannot use the message as a picture is kept whole and small, or not at all.");
    await this.#history.keep(file, picture, image && small && { image, small, layers });
    this.#send({ type: "kept", job: picture.job });
  }

  async picture({ file, job, size }: AskKept): Promise<void> {
    const bytes = await this.#history.picture(file, job, size);
    const layers = bytes && size === "whole" ? await this.#history.layers(file, job) : [];
    const named = layers.map((layer, i) => [layerAttachment(i), layer] as const);
    this.#send({ type: "kept-picture", job, size }, bytes && new Map([[IMAGE, bytes], ...named]));
  }

  async forget({ file, jobs }: Forget): Promise<void> {
    await this.#history.forget(file, jobs);
  }
}
