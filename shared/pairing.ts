/**
 * How plugin and companion know each other. Once, by a code that a person carries over: SPAKE2 (spake2.ts) makes a key of it,
 * and pairing id and token of the key, so that neither code nor token is ever sent, and a typed code is worth nothing to
 * whoever only pretends to be the companion. From then on by mutual proof: each shows that it knows the token. The proof is
 * HMAC-SHA-256 with the token's 32 bytes as key, over who proves, the protocol's version and both nonces. The companion proves
 * where it is reached, too: whoever holds the plugin's port and passes on what a companion on another port says proves nothing.
 * Everything is lower-case hexadecimal on the wire.
 */
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { PROTOCOL_VERSION } from "./protocol.ts";
import { beginExchange, codeScalar, type Side } from "./spake2.ts";

/** Bytes of a token and of a nonce. */
export const SECRET_BYTES = 32;

type Party = "client" | "companion";

/** Where a companion is: on a port of its own, or behind TLS, where whoever brings what comes has it on a port of their own machine. */
export type Reached = number | "relayed";

/** Who proves: the words keep one side's proof from being replayed as the other's. */
export type Prover = "client" | `companion at ${Reached}`;

/** A companion, and where it is by its own account. */
export const companionAt = (reached: Reached): Prover => `companion at ${reached}`;

/** One from each side, hexadecimal, fresh for every connection. */
export type Nonces = Readonly<Record<Party, string>>;

/** Hexadecimal. */
export interface PairingSecret {
  readonly pairing: string;
  readonly token: string;
}

/** What `prover` sends: 64 hexadecimal digits. */
export function proofOf(prover: Prover, { token, nonces }: { token: string; nonces: Nonces }): string {
  const said = `underpaint ${PROTOCOL_VERSION} ${prover} ${nonces.client} ${nonces.companion}`;
  return bytesToHex(hmac(sha256, hexToBytes(token), utf8ToBytes(said)));
}

/** True where `proof` is what `prover` would send. Takes as long for a wrong proof as for the right one. */
export function verifyProof(prover: Prover, proof: string, secret: { token: string; nonces: Nonces }): boolean {
  return equalInConstantTime(proof, proofOf(prover, secret));
}

/** Compares every character whatever differs, so that the time taken says nothing about where. */
export function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i % Math.max(b.length, 1));
  return difference === 0;
}

/** A fresh token or nonce: 64 hexadecimal digits from the platform's random source. */
export function randomSecret(): string {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}

/** What a side has once the other's share has come. */
export interface PairingKey {
  /** Ours, to be sent. */
  readonly confirmation: string;
  /** Whether the other side confirmed that it knows the code. The secret counts only then. */
  confirmedBy(theirs: string): boolean;
  readonly secret: PairingSecret;
}

export interface PairingExchange {
  /** To be sent to the other side, hexadecimal. */
  readonly share: string;
  /** Undefined for a share that is none. */
  finish(share: string): PairingKey | undefined;
}

const SIDES: Readonly<Record<Party, Side>> = { client: "A", companion: "B" };
const IDENTITIES = { A: "underpaint plugin", B: "underpaint companion" } as const;

/** Begins pairing as `party`, by a code of digits. */
export function beginPairing(party: Party, { code, nonces }: { code: string; nonces: Nonces }): PairingExchange {
  const context = ` underpaint ${PROTOCOL_VERSION} ${nonces.client} ${nonces.companion}`;
  const exchange = beginExchange(SIDES[party], { w: codeScalar(code), identities: IDENTITIES, context });
  return {
    share: bytesToHex(exchange.share),
    finish: (share) => {
      const agreement = exchange.finish(hexToBytes(share));
      if (agreement === undefined) return undefined;
      const { A, B } = agreement.confirmations;
      const [ours, theirs] = party === "client" ? [A, B] : [B, A];
      const derive = (name: string, bytes: number) =>
        bytesToHex(hkdf(sha256, agreement.key, hexToBytes(nonces.client + nonces.companion), utf8ToBytes(name), bytes));
      return {
        confirmation: bytesToHex(ours),
        confirmedBy: (confirmation) => equalInConstantTime(confirmation, bytesToHex(theirs)),
        secret: { pairing: derive("pairing", 16), token: derive("token", SECRET_BYTES) },
      };
    },
  };
}
