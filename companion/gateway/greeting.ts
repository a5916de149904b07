import {
  companionAt,
  type PairingSecret,
  proofOf,
  type Reached,
  randomSecret,
  verifyProof,
} from "../../shared/pairing.ts";
import { Problem } from "../../shared/problem.ts";
import { type ClientMessage, type CompanionMessage, type Hello, PROTOCOL_VERSION } from "../../shared/protocol.ts";
import type { Host } from "./host.ts";
import type { PairingAttempt } from "./pairing-code.ts";

/** A client that has proven who it is. */
export interface Authenticated {
  /** The pairing's id. */
  readonly pairing: string;
  readonly build: string;
  /** Ours, for `welcome`. */
  readonly proof: string;
  /** Right after pairing: the jobs that it asks for back. */
  readonly jobs?: readonly string[];
}

type Step =
  | { readonly awaits: "hello" }
  | { readonly awaits: "pairing-confirm"; readonly hello: Hello; readonly attempt: PairingAttempt }
  | { readonly awaits: "pairing-jobs"; readonly hello: Hello; readonly secret: PairingSecret };

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

/** Everything between `challenge` and `welcome`: who is the client? */
export class Greeting {
  readonly nonce = randomSecret();
  readonly #host: Pick<Host, "pairings" | "code">;
  readonly #reached: Reached;
  #step: Step = { awaits: "hello" };

  /** `reached`: how the client came in. */
  constructor(host: Pick<Host, "pairings" | "code">, reached: Reached) {
    this.#host = host;
    this.#reached = reached;
  }

  /** True once the client has shown that it knows a token or the code. */
  get proven(): boolean {
    return this.#step.awaits === "pairing-jobs";
  }

  /** What to answer, or who it is. Throws Problem "unauthorised", "pairing-code-wrong". */
  hear(message: ClientMessage): { readonly answer: CompanionMessage } | { readonly client: Authenticated } {
    const step = this.#step;
    if (message.type === "hello" && step.awaits === "hello")
      return message.share === undefined ? { client: this.#byProof(message) } : this.#begin(message, message.share);
    if (message.type === "pairing-confirm" && step.awaits === "pairing-confirm") {
      const { confirmation, secret, name } = step.attempt.confirm(message.confirmation);
      this.#host.pairings.add(secret, step.hello.build, name);
      this.#step = { awaits: "pairing-jobs", hello: step.hello, secret };
      return { answer: { type: "pairing-confirm", confirmation } };
    }
    if (message.type === "pairing-jobs" && step.awaits === "pairing-jobs") {
      const client = this.#authenticated(step.hello, step.secret);
      return { client: { ...client, jobs: message.jobs } };
    }
    throw new Problem("unauthorised", "The plugin must say hello first: restart the plugin.");
  }

  #begin(hello: Hello, share: string) {
    const attempt = this.#host.code.attempt({ share, nonces: this.#nonces(hello) });
    this.#step = { awaits: "pairing-confirm", hello, attempt };
    return { answer: { type: "pairing-share", share: attempt.share } as const };
  }

  /** An unknown pairing costs the same work as a known one, and gets the same answer as a wrong proof. */
  #byProof(hello: Hello): Authenticated {
    const pairing = hello.pairing === undefined ? undefined : this.#host.pairings.find(hello.pairing);
    const token = pairing?.token ?? "0".repeat(64);
    const proven = verifyProof("client", hello.proof ?? "", { token, nonces: this.#nonces(hello) });
    if (pairing !== undefined && proven) return this.#authenticated(hello, { pairing: pairing.id, token });
    throw new Problem(
      "unauthorised",
      "This plugin is not paired with the companion: type the code that the companion shows.",
    );
  }

  #authenticated(hello: Hello, { pairing, token }: PairingSecret): Authenticated {
    const proof = proofOf(companionAt(this.#reached), { token, nonces: this.#nonces(hello) });
    return { pairing, build: hello.build, proof };
  }

  #nonces = ({ nonce }: Hello) => ({ client: nonce, companion: this.nonce });
}
