/** How much memory this machine has, and how much of it a network may take. */
import { freemem, totalmem } from "node:os";

export interface MachineMemory {
  /** Bytes that this process could have at most: the machine's, or a container's. */
  readonly total: number;
  /** Bytes that are not in use now, or can be had back at once. */
  readonly free: number;
}

export function machineMemory(): MachineMemory {
  // 0, or more than there is, where nothing constrains it.
  const constrained = process.constrainedMemory?.() ?? 0;
  const total = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return { total, free: Math.min(process.availableMemory?.() ?? freemem(), total) };
}

/** The rest is for pictures, Figma and the system. */
const SHARE = 0.7;

/**
 * Bytes that no network may exceed unless the user says otherwise; one that would gets weights of fewer bits. A share of all memory,
 * not of what is free just now: the same request must not give another picture because another program is open.
 */
export const defaultMemoryLimit = ({ total }: Pick<MachineMemory, "total"> = machineMemory()): number =>
  Math.floor(SHARE * total);
