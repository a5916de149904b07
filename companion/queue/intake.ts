/** What is looked at before jobs are taken in. */
import { createHash } from "node:crypto";
import { Problem } from "../../shared/problem.ts";
import type { NewJob, Sha256 } from "./job-queue.ts";
import type { Ledger } from "./ledger.ts";

/** Of what a job is to do and with which images: tells a repeated submit from a stolen id. */
function digestOf({ task, images }: Pick<NewJob, "task" | "images">): string {
  return createHash("sha256")
    .update(JSON.stringify([task, images]))
    .digest("hex");
}

interface Taken extends Pick<NewJob, "id" | "owner"> {
  readonly digest: string;
}

/**
 * Those of `jobs` that were not taken in before, each once. `find`: what was. Throws Problem "request-invalid" where an id means
 * another job, of an earlier submit or of this one.
 */
export function newJobs<T extends NewJob>(
  jobs: readonly T[],
  find: (id: string) => Pick<Taken, "owner" | "digest"> | undefined,
): (T & Taken)[] {
  const fresh = new Map<string, T & Taken>();
  for (const job of jobs) {
    const taken = { ...job, digest: digestOf(job) };
    if (!isKnown(taken, fresh.get(job.id) ?? find(job.id))) fresh.set(job.id, taken);
  }
  return [...fresh.values()];
}

function isKnown(job: Taken, known: Pick<Taken, "owner" | "digest"> | undefined): boolean {
  if (known === undefined) return false;
  if (known.owner === job.owner && known.digest === job.digest) return true;
  throw new Problem("request-invalid", `Cannot use the job's id as another job has it: received "${job.id}".`);
}

/** What a queue knows already. */
export interface KnownJobs {
  find(id: string): Pick<Taken, "owner" | "digest"> | undefined;
  /** Whether an image is kept for a job of this owner. */
  holds(owner: string, hash: Sha256): boolean;
  /** How many of an owner wait. */
  waiting(owner: string): number;
  /** How many of an owner may. */
  readonly limit: number;
}

/**
 * Of `jobs` those that are new, and the images that they name which are neither in `images` nor kept. Throws Problem
 * "request-invalid", and "queue-full" where no image is missing.
 */
export function lookAt(jobs: readonly NewJob[], images: ReadonlyMap<Sha256, Uint8Array>, known: KnownJobs) {
  const fresh = newJobs(jobs, known.find);
  const missing = fresh.flatMap(({ images: named, owner }) =>
    Object.values(named).filter((hash) => !images.has(hash) && !known.holds(owner, hash)),
  );
  if (missing.length === 0) refuseTooMany(fresh, known);
  return { fresh, missing: [...new Set(missing)] };
}

/** Throws Problem "queue-full". */
function refuseTooMany(
  jobs: readonly Pick<NewJob, "owner">[],
  { waiting, limit }: Pick<KnownJobs, "waiting" | "limit">,
): void {
  for (const owner of new Set(jobs.map((job) => job.owner))) {
    const [there, more] = [waiting(owner), jobs.filter((job) => job.owner === owner).length];
    if (there + more > limit)
      throw new Problem("queue-full", `${there} pictures are waiting already: let some finish or cancel them first.`);
  }
}

interface Submitted {
  readonly jobs: readonly NewJob[];
  readonly images: ReadonlyMap<Sha256, Uint8Array>;
  readonly known: KnownJobs;
}

/**
 * Stores those of `jobs` that are new, their large images first, while others are heard. `onStored`: at once when they are. Resolves to
 * images that are missing: then nothing was stored. Rejects as `lookAt` and the ledger do.
 */
export async function takeIn(
  ledger: Pick<Ledger, "bring" | "add">,
  { jobs, images, known }: Submitted,
  onStored: (fresh: readonly Pick<NewJob, "id">[]) => void,
): Promise<readonly Sha256[]> {
  const letGo = await ledger.bring(images.values());
  try {
    const { fresh, missing } = lookAt(jobs, images, known);
    if (missing.length > 0 || fresh.length === 0) return missing;
    ledger.add(fresh, images);
    onStored(fresh);
    return missing;
  } finally {
    letGo();
  }
}
