import { readFileSync } from "node:fs";
import { machineMemory } from "../runtime/machine-memory.ts";

/** The share of the memory below which systems, and their helpers, begin to end processes. */
const SHORT = 0.1;
/** Looks back. */
const KEPT = 8;

/** Of a process that was killed: whether the system did it for want of memory. */
export type Testimony = "killed" | "short" | "plenty";

/** Watches the memory while a process lives, so that it can be said afterwards whether it ran out. */
export class MemoryWitness {
  readonly #killsBefore = systemKills();
  #free: number[] = [];

  /** To be called now and then. */
  look(memory = machineMemory()): void {
    this.#free = [...this.#free, memory.free / memory.total].slice(-KEPT);
  }

  /** "short" too where the system does not tell. */
  testify(): Testimony {
    const kills = systemKills();
    if (kills === undefined || this.#killsBefore === undefined) return "short";
    if (kills > this.#killsBefore) return "killed";
    return Math.min(...this.#free) < SHORT ? "short" : "plenty";
  }
}

/**
 * How many processes this system has ended for want of memory since it started, those in containers included. Undefined where
 * it does not say: only Linux does (proc(5), /proc/vmstat, `oom_kill`).
 */
function systemKills(): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const match = /^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "utf8"));
    return match ? Number(match[1]) : undefined;
  } catch {
    return undefined;
  }
}
