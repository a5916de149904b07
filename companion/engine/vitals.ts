/** What the pulses of the engine process say of its health. */
import type { Pulse } from "./pulse.ts";

export interface VitalLimits {
  /** Without a pulse: from when on the process counts as silent, and from when on as lost. Milliseconds, like all here. */
  readonly silentMs: number;
  readonly lostMs: number;
  /** For the first pulse. */
  readonly startMs: number;
  /** Outside the runtime, without a turn of the JavaScript thread. */
  readonly scriptMs: number;
  /** Inside the runtime, without work of the processor. */
  readonly idleMs: number;
}

/**
 * A processor that is busy with other things delays a pulse by a second or two. Outside the runtime nothing takes longer than
 * some seconds between two turns; inside it a step of a large picture takes minutes, but never without work.
 */
export const VITAL_LIMITS: VitalLimits = {
  silentMs: 2000,
  lostMs: 12_000,
  startMs: 60_000,
  scriptMs: 120_000,
  idleMs: 120_000,
};

/**
 * The share of a time that must have been work, of one core. A process that does nothing but send pulses uses 0.3 to 4 % on slow
 * virtual machines (Node 20.19 to 26.10); one that shares its core with eight others still gets more than this.
 */
const BUSY = 0.05;

export type Health =
  | { readonly state: "well" }
  /** It may come back. */
  | { readonly state: "silent"; readonly seconds: number }
  /** It will not. */
  | { readonly state: "lost"; readonly why: string };

/** The process runs networks where its work can be seen ("processor"), or elsewhere. */
export type WorkPlace = "processor" | "elsewhere";

/**
 * Time is counted as this process experiences it, at most `tickMs` twice from one look to the next: while the machine slept, or
 * this process was stopped, nobody could have heard anything.
 */
export class Vitals {
  readonly #limits: VitalLimits;
  readonly #tickMs: number;
  #last: Omit<Pulse, "resident"> | undefined;
  #silent = 0;
  #script = 0;
  #idle = 0;
  /** Work that was done when the idle time began to count. */
  #idleFrom = 0;
  #lookedAt: number | undefined;

  constructor(limits: VitalLimits, tickMs: number) {
    this.#limits = limits;
    this.#tickMs = tickMs;
  }

  hear(pulse: Omit<Pulse, "resident">): void {
    if (pulse.insideRuntime || pulse.turns !== this.#last?.turns) this.#script = 0;
    if (!pulse.insideRuntime || pulse.work - this.#idleFrom > BUSY * this.#idle) {
      this.#idle = 0;
      this.#idleFrom = pulse.work;
    }
    this.#last = pulse;
    this.#silent = 0;
  }

  /** To be called every `tickMs`; `now` in milliseconds, from any start. */
  look(now: number, place: WorkPlace): Health {
    const passed = Math.min(now - (this.#lookedAt ?? now), 2 * this.#tickMs);
    this.#lookedAt = now;
    this.#silent += passed;
    this.#script += passed;
    this.#idle += passed;
    const { silentMs, lostMs, startMs, scriptMs, idleMs } = this.#limits;
    const seconds = inSeconds(this.#silent);
    if (this.#last === undefined)
      return this.#silent > startMs ? { state: "lost", why: `did not begin within ${seconds} s` } : { state: "well" };
    if (this.#silent > lostMs) return { state: "lost", why: `has not answered for ${seconds} s` };
    if (this.#silent > silentMs) return { state: "silent", seconds };
    if (this.#script > scriptMs)
      return { state: "lost", why: `went round in circles for ${inSeconds(this.#script)} s` };
    if (place === "processor" && this.#idle > idleMs)
      return { state: "lost", why: `did nothing for ${inSeconds(this.#idle)} s` };
    return { state: "well" };
  }
}

const inSeconds = (ms: number): number => Math.floor(ms / 1000);
