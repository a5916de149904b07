import type { ProblemData } from "../../../shared/problem.ts";

/**
 * How the plugin stands with the companion. Every way to fail has a name of its own, because each needs other help.
 */
export type Connection =
  | { readonly kind: "connecting" }
  /** Nothing answers on the port. */
  | { readonly kind: "off" }
  /** Figma's own rules forbid the address: the plugin's manifest is older than its code. */
  | { readonly kind: "blocked-by-csp" }
  /** Nothing answers, and the browser says that pages here may not talk to this computer: either may be the cause. */
  | { readonly kind: "blocked-by-browser" }
  /** Another program answers on the port. */
  | { readonly kind: "wrong-app" }
  | { readonly kind: "version-mismatch"; readonly companion: string }
  /** It runs and waits for the code, of so many digits, which a studio made for whom it asked in; `problem`: why the last attempt failed. */
  | {
      readonly kind: "unpaired";
      readonly version: string;
      readonly codeDigits: number;
      readonly invited?: true;
      readonly problem?: ProblemData;
    }
  /** It runs, but closes the door for a reason of its own. */
  | { readonly kind: "refused"; readonly problem: ProblemData }
  | { readonly kind: "ready" };
