/** What the engine process tells of itself over a channel of its own, whatever its JavaScript thread is doing. */
export interface Pulse {
  /** How often the JavaScript thread has come to hear messages. */
  readonly turns: number;
  /** Whether that thread is inside the runtime. */
  readonly insideRuntime: boolean;
  /** Milliseconds of processor time that the process has used, and more for each page that it had to read from a disk. */
  readonly work: number;
  /** Bytes of the process that lie in main memory, those of mapped files included. */
  readonly resident: number;
}

/** Between two pulses, milliseconds. */
export const PULSE_MS = 250;
/** Of the channel that pulses go over, in both processes. */
export const PULSE_FD = 4;

/** Undefined for anything else than a pulse's line. */
export function readPulse(line: string): Pulse | undefined {
  try {
    const { turns, insideRuntime, work, resident } = JSON.parse(line);
    const sound = [turns, work, resident].every(Number.isFinite) && typeof insideRuntime === "boolean";
    return sound ? { turns, insideRuntime, work, resident } : undefined;
  } catch {
    return undefined;
  }
}
