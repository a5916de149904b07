import { proofOf, verifyProof } from "../../shared/pairing.ts";
import { Problem } from "../../shared/problem.ts";
import { type Hello, PROTOCOL_VERSION } from "../../shared/protocol.ts";
import type { Host } from "./host.ts";
import type { Pairing } from "./pairings.ts";

export interface Authenticated {
  readonly pairing: Pairing;
  /** Ours, for `welcome`. */
  readonly proof: string;
  /** True right after pairing by code: `welcome` carries the token, this once. */
  readonly fresh: boolean;
}

/** Throws Problem "protocol-version" where `message` is a hello of another version, whatever else it says. */
export function checkVersion(message: unknown): void {
  const { type, protocol } = (message ?? {}) as Partial<Hello>;
  if (type !== "hello" || typeof protocol !== "number" || protocol === PROTOCOL_VERSION) return;
  const older = protocol < PROTOCOL_VERSION ? "plugin" : "companion";
  throw new Problem(
    "protocol-version",
    `Plugin and companion are of different versions: update the ${older}, then try again.`,
  );
}

/**
 * Who says hello? `nonce` is the one that our challenge carried. Throws Problem "unauthorised", "pairing-code-wrong" or
 * "pairing-locked".
 */
export function authenticate(
  hello: Hello,
  nonce: string,
  { pairings, code }: Pick<Host, "pairings" | "code">,
): Authenticated {
  const pairing =
    hello.code === undefined ? byProof(hello, nonce, pairings) : byCode(hello, hello.code, { pairings, code });
  const proof = proofOf("companion", { token: pairing.token, nonce: hello.nonce });
  return { pairing, proof, fresh: hello.code !== undefined };
}

function byCode(hello: Hello, digits: string, { pairings, code }: Pick<Host, "pairings" | "code">): Pairing {
  code.redeem(digits);
  return pairings.add(hello.build);
}

/** An unknown pairing costs the same work as a known one, and gets the same answer as a wrong proof. */
function byProof(hello: Hello, nonce: string, pairings: Host["pairings"]): Pairing {
  const pairing = hello.pairing === undefined ? undefined : pairings.find(hello.pairing);
  const token = pairing?.token ?? "0".repeat(64);
  const proven = verifyProof("client", hello.proof ?? "", { token, nonce });
  if (pairing !== undefined && proven) return pairing;
  throw new Problem(
    "unauthorised",
    "This plugin is not paired with the companion: type the code that the companion shows.",
  );
}
