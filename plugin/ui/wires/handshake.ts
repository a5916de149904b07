import {
  beginPairing,
  companionAt,
  type PairingExchange,
  type PairingSecret,
  proofOf,
  randomSecret,
  verifyProof,
} from "../../../shared/pairing.ts";
import { Problem, type ProblemData } from "../../../shared/problem.ts";
import {
  type ClientMessage,
  type CompanionMessage,
  type Hello,
  PORT,
  PROTOCOL_VERSION,
  type Welcome,
} from "../../../shared/protocol.ts";

export interface HandshakeOptions {
  readonly build: string;
  /** The digits that a person typed for this attempt; without them only a companion that knows `pairing` comes through. */
  readonly code: string | undefined;
  readonly pairing: PairingSecret | null;
  /** Jobs that were sent under an earlier pairing, asked for once the companion has shown that it knows the code. */
  readonly jobs: readonly string[];
}

export type Heard =
  | { readonly kind: "answer"; readonly message: ClientMessage }
  /** Said by somebody who has proven nothing: it must not change what is kept. */
  | { readonly kind: "refused"; readonly problem: ProblemData }
  /** Proven. `fresh`: the secret was made in this attempt. */
  | { readonly kind: "welcome"; readonly welcome: Welcome; readonly secret: PairingSecret; readonly fresh: boolean };

/** Where a companion may be: on the one port that we dial, or in a studio, behind `underpaint connect` on that port. */
const PLACES = [companionAt(PORT), companionAt("relayed")];

type Step =
  | { readonly awaits: "challenge" }
  | { readonly awaits: "pairing-share"; readonly exchange: PairingExchange }
  | { readonly awaits: "pairing-confirm"; readonly confirmedBy: (confirmation: string) => boolean }
  | { readonly awaits: "welcome" };

/**
 * The plugin's side from `challenge` to a proven `welcome`, of one connection. Nothing that it hears is believed before it
 * is proven, and nothing but what the plugin has itself, a token or a typed code, can prove it.
 */
export class Handshake {
  readonly #options: HandshakeOptions;
  readonly #nonce = randomSecret();
  #theirs = "";
  #secret: PairingSecret | null;
  #step: Step = { awaits: "challenge" };

  constructor(options: HandshakeOptions) {
    this.#options = options;
    this.#secret = options.code === undefined ? options.pairing : null;
  }

  /** Throws Problem "unauthorised" for what can't be proven, or comes where it has no place. */
  hear(message: CompanionMessage): Heard {
    const step = this.#step;
    if (message.type === "refused") return { kind: "refused", problem: message.problem };
    if (message.type === "challenge" && step.awaits === "challenge") return this.#hello(message.nonce);
    if (message.type === "pairing-share" && step.awaits === "pairing-share") {
      const key = step.exchange.finish(message.share);
      if (key === undefined) throw stranger();
      this.#secret = key.secret;
      this.#step = { awaits: "pairing-confirm", confirmedBy: key.confirmedBy };
      return { kind: "answer", message: { type: "pairing-confirm", confirmation: key.confirmation } };
    }
    if (message.type === "pairing-confirm" && step.awaits === "pairing-confirm") {
      if (!step.confirmedBy(message.confirmation)) throw stranger();
      this.#step = { awaits: "welcome" };
      return { kind: "answer", message: { type: "pairing-jobs", jobs: [...this.#options.jobs] } };
    }
    if (message.type === "welcome" && step.awaits === "welcome") return this.#enter(message);
    throw stranger();
  }

  #hello(theirs: string): Heard {
    this.#theirs = theirs;
    const { build, code } = this.#options;
    const hello = { type: "hello", protocol: PROTOCOL_VERSION, build, nonce: this.#nonce } as const;
    const answer = (more: Partial<Hello>): Heard => ({ kind: "answer", message: { ...hello, ...more } });
    if (code !== undefined) {
      const exchange = beginPairing("client", { code, nonces: this.#nonces });
      this.#step = { awaits: "pairing-share", exchange };
      return answer({ share: exchange.share });
    }
    if (this.#secret === null) throw stranger();
    const { pairing, token } = this.#secret;
    this.#step = { awaits: "welcome" };
    return answer({ pairing, proof: proofOf("client", { token, nonces: this.#nonces }) });
  }

  #enter(welcome: Welcome): Heard {
    const secret = this.#secret;
    const provenBy = (token: string) =>
      PLACES.some((place) => verifyProof(place, welcome.proof, { token, nonces: this.#nonces }));
    if (secret === null || !provenBy(secret.token)) throw stranger();
    return { kind: "welcome", welcome, secret, fresh: this.#options.code !== undefined };
  }

  get #nonces() {
    return { client: this.#nonce, companion: this.#theirs };
  }
}

const stranger = () =>
  new Problem("unauthorised", "The program on the companion's port could not prove that it is your companion.");
