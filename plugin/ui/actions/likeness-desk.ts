import type { LikenessTask } from "../../../shared/job.ts";
import { type Judged, LIKENESS_LIMITS, type LikenessFact } from "../../../shared/likeness.ts";
import { Problem } from "../../../shared/problem.ts";
import type { CompanionMessage, Welcome } from "../../../shared/protocol.ts";
import { hashesOf, oncePerHash } from "../request/hashes-of.ts";
import { newId } from "../request/new-id.ts";
import type { CompanionClient } from "../wires/companion-client.ts";

interface Asked {
  readonly task: LikenessTask;
  readonly images: ReadonlyMap<string, Uint8Array>;
  readonly resolve: (found: readonly Judged[]) => void;
  readonly reject: (problem: Problem) => void;
}

export interface ToJudge {
  /** By whose image encoder. */
  readonly model: string;
  readonly pictures: readonly Uint8Array[];
  /** Of the character. */
  readonly references: readonly Uint8Array[];
}

const BROKEN_OFF = new Problem("internal", "The connection was lost while pictures were judged. Try again.");

/** Asks the companion how much pictures are like a character. What is asked lives as long as the connection. */
export class LikenessDesk {
  readonly #companion: Pick<CompanionClient, "send">;
  readonly #asked = new Map<string, Asked>();

  constructor(companion: Pick<CompanionClient, "send">) {
    this.#companion = companion;
  }

  /** One for each picture. Rejects with a Problem. */
  async judge({ model, pictures, references }: ToJudge): Promise<Judged[]> {
    const found: Judged[] = [];
    for (let first = 0; first < pictures.length; first += LIKENESS_LIMITS.pictures) {
      const some = pictures.slice(first, first + LIKENESS_LIMITS.pictures);
      const sheet = references.slice(0, LIKENESS_LIMITS.references);
      found.push(...(await this.#ask(model, some, sheet)));
    }
    return found;
  }

  /** True for what this desk has asked for. */
  onMessage(message: CompanionMessage): boolean {
    if (message.type === "missing") {
      const job = message.jobs.find((each) => this.#asked.has(each));
      if (job === undefined) return false;
      this.#send(job, this.#asked.get(job)!);
      return true;
    }
    const job = "job" in message ? message.job : undefined;
    const asked = job === undefined ? undefined : this.#asked.get(job);
    if (job === undefined || asked === undefined) return false;
    if (message.type === "queued" || message.type === "progress") return true;
    this.#asked.delete(job);
    this.#companion.send({ type: "acknowledge", job });
    if (message.type === "done") asked.resolve(judgedBy(message.result.facts.likeness));
    else if (message.type === "failed" || message.type === "rejected")
      asked.reject(new Problem(message.problem.code, message.problem.message));
    else asked.reject(BROKEN_OFF);
    return true;
  }

  /** What was asked over another connection is not answered on this one. A companion that was ended itself still has it. */
  onWelcome({ jobs }: Pick<Welcome, "jobs">): void {
    for (const [job, { reject }] of [...this.#asked]) {
      this.#asked.delete(job);
      if (jobs.includes(job)) {
        this.#companion.send({ type: "cancel", job });
        this.#companion.send({ type: "acknowledge", job });
      }
      reject(BROKEN_OFF);
    }
  }

  #ask(model: string, pictures: readonly Uint8Array[], references: readonly Uint8Array[]): Promise<readonly Judged[]> {
    const named = (name: string, list: readonly Uint8Array[]) =>
      list.map((bytes, i) => [`${name}.${i}`, bytes] as [string, Uint8Array]);
    const [judged, sheet] = [named("picture", pictures), named("reference", references)];
    const names = (list: readonly [string, Uint8Array][]) => list.map(([name]) => name);
    const request = { model, pictures: names(judged), references: names(sheet) };
    const images = new Map([...judged, ...sheet]);
    return new Promise((resolve, reject) => {
      const job = newId();
      const asked = { task: { kind: "likeness", request } as const, images, resolve, reject };
      this.#asked.set(job, asked);
      try {
        this.#send(job, asked);
      } catch (error) {
        this.#asked.delete(job);
        reject(Problem.from(error));
      }
    });
  }

  #send(job: string, { task, images }: Asked): void {
    const hashes = hashesOf(images);
    const named = [...hashes].map(([name, sha256]) => ({ name, sha256 }));
    this.#companion.send({ type: "submit", task, jobs: [{ job }], images: named }, oncePerHash(images, hashes));
  }
}

const judgedBy = (fact: LikenessFact | undefined): Judged[] =>
  fact === undefined ? [] : fact.found.map((value) => ({ value, unlike: fact.unlike }));
