import type { ActiveClaim, ClaimHolder } from "./active-claim.ts";
import { brokenOff } from "./endings.ts";

/** Takes claims that are not renewed from workers that have died. A machine that slept has watched nobody meanwhile. */
export class LeaseWatch {
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();

  constructor(claims: ReadonlyMap<string, ActiveClaim>, leaseMs: number, holder: Pick<ClaimHolder, "breakOff">) {
    this.#timer = setInterval(() => {
      const now = performance.now();
      const slept = now - this.#last > leaseMs;
      this.#last = now;
      for (const claim of claims.values()) {
        if (slept) void claim.renew();
        else if (claim.isOverdue(now)) {
          claim.lose();
          holder.breakOff(claim, brokenOff(claim.attempt));
        }
      }
    }, leaseMs / 3).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
