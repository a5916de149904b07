/**
 * Mutual proof between plugin and companion: each shows that it knows the token without sending it. The proof is
 * HMAC-SHA-256 with the token's 32 bytes as key, over the UTF-8 bytes of a word ("client" or "companion") followed by the
 * other side's nonce as the hexadecimal text that was sent. Token, nonce and proof are lower-case hexadecimal on the wire.
 */
import { hmacSha256 } from "./sha256.ts";

/** Bytes of a token and of a nonce. */
export const SECRET_BYTES = 32;

/** Who proves: the word keeps one side's proof from being replayed as the other's. */
export type Prover = "client" | "companion";

/** What `prover` sends: 64 hexadecimal digits. `token` and `nonce` are hexadecimal. */
export function proofOf(prover: Prover, { token, nonce }: { token: string; nonce: string }): string {
  return toHex(hmacSha256(fromHex(token), new TextEncoder().encode(prover + nonce)));
}

/** True where `proof` is what `prover` would send. Takes as long for a wrong proof as for the right one. */
export function verifyProof(prover: Prover, proof: string, secret: { token: string; nonce: string }): boolean {
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
  return toHex(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Throws RangeError unless `hex` is an even number of hexadecimal digits. */
export function fromHex(hex: string): Uint8Array {
  if (!/^([0-9a-fA-F]{2})*$/.test(hex)) throw new RangeError("Cannot read bytes from text that is not hexadecimal");
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
