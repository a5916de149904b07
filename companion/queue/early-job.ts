/** A job that a worker begins with while the queue stores it: until that is done, nothing of it is anywhere but in memory. */
import { ActiveClaim, type ClaimHolder } from "./active-claim.ts";
import type { Claim, NewJob, Sha256 } from "./job-queue.ts";
import { readContent, writeContent } from "./stored.ts";

export interface EarlyJob {
  /** It is stored: it runs as any other. Throws as the ledger does; then it is not kept. */
  keep(): void;
  /** Whether it is stored is known: if it was not kept, its worker loses it. */
  settle(): void;
}

interface EarlyOptions {
  readonly images: ReadonlyMap<Sha256, Uint8Array>;
  readonly holder: ClaimHolder;
  readonly leaseMs: number;
  /** All that are held, by job. */
  readonly claims: Map<string, ActiveClaim>;
  /** Gives it to a worker. */
  readonly take: (claim: Claim) => void;
  /** Says of a stored job that it runs. */
  readonly run: (id: string) => void;
}

/** Undefined where not all of its images are at hand. */
export function beginEarly(job: NewJob, options: EarlyOptions): EarlyJob | undefined {
  const { holder, leaseMs, claims, take, run } = options;
  const { id } = job;
  const images = new Map<string, Uint8Array>();
  for (const [name, hash] of Object.entries(job.images)) {
    const bytes = options.images.get(hash);
    if (bytes === undefined) return undefined;
    images.set(name, bytes);
  }
  let onSettled = () => {};
  const settled = new Promise<void>((resolve) => {
    onSettled = resolve;
  });
  // As a worker reads it of what is stored.
  const content = readContent(writeContent(job));
  const claim = new ActiveClaim({ id, attempt: 1, content, leaseMs, holder, early: { images, settled } });
  claims.set(id, claim);
  take(claim);
  const isOurs = () => claims.get(id) === claim;
  let isKept = false;
  return {
    keep: () => {
      if (!isOurs()) return;
      run(id);
      isKept = true;
    },
    settle: () => {
      if (!isKept) {
        claim.lose();
        if (isOurs()) claims.delete(id);
      }
      onSettled();
    },
  };
}
