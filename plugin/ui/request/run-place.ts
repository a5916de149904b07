import { newId } from "./new-id.ts";

/** Where a job stands among those that were asked for together. */
export interface RunPlace {
  readonly run: string;
  /** 0 … of - 1. */
  readonly index: number;
  readonly of: number;
  /** One of several layers at once: its picture is placed as soon as it is there. */
  readonly batch: boolean;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
}

/** Places of a new run of so many jobs. */
export function newRun(of: number, { batch }: Pick<RunPlace, "batch">): RunPlace[] {
  const run = newId();
  const submittedAt = Date.now();
  return Array.from({ length: of }, (_, index) => ({ run, index, of, batch, submittedAt }));
}
