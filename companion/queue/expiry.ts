import type { Problem } from "../../shared/problem.ts";
import { expired } from "./endings.ts";
import type { Ledger } from "./ledger.ts";
import type { QueueLimits } from "./limits.ts";

/**
 * Keeps what has ended within the limits. The images of ended jobs go first, which loses nothing; then pictures that were offered
 * to their owner, longest ago first: `expire` puts the reason in their place. Only the ledger's own clock counts, and what nobody
 * had a chance to fetch stays.
 */
export function makeRoom(
  ledger: Ledger,
  { keptBytes, keptMs }: Pick<QueueLimits, "keptBytes" | "keptMs">,
  expire: (id: string, problem: Problem) => void,
): void {
  const now = ledger.clock();
  const isFull = () => ledger.keptBytes() > keptBytes && ledger.finishedBytes() > keptBytes;
  const oldest = ledger.oldestOffer();
  if (!isFull() && (oldest === undefined || now - oldest <= keptMs)) return;
  const finished = ledger.finished();
  for (const { id } of finished) {
    if (!isFull()) break;
    ledger.dropImages(id);
  }
  for (const { id, state, offered } of finished) {
    if (offered === null) continue;
    const age = now - offered;
    if (state === "done" && (age > keptMs || isFull())) expire(id, expired());
    else if (state !== "done" && age > 2 * keptMs) ledger.forget(id);
  }
}
