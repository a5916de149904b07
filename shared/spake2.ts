/**
 * SPAKE2 (RFC 9382), suite P256-SHA256-HKDF-HMAC: two sides that share a short code agree on a strong key, and who does not
 * know the code learns nothing from it but whether one guess was right. The group and the hashes are @noble's.
 */
import { p256 } from "@noble/curves/nist.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

const { Point } = p256;
/** M and N of RFC 9382, section 4. */
const BLINDS = {
  A: Point.fromHex("02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f"),
  B: Point.fromHex("03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49"),
} as const;

/** Bytes of a share: an uncompressed point. */
export const SHARE_BYTES = 65;

export type Side = keyof typeof BLINDS;

/** What both sides know before they begin. */
export interface Setting {
  /** The code as a number, see `codeScalar`. */
  readonly w: bigint;
  readonly identities: Readonly<Record<Side, string>>;
  /** What both must agree on besides the code: it goes into the confirmation keys (RFC 9382 section 4, "AAD"). */
  readonly context?: string;
}

export interface Agreement {
  /** `Ke`, 16 bytes, for the application. */
  readonly key: Uint8Array;
  /** What each side sends to show that it has the same key, 32 bytes. */
  readonly confirmations: Readonly<Record<Side, Uint8Array>>;
}

export interface Exchange {
  /** To be sent to the other side, `SHARE_BYTES` long. */
  readonly share: Uint8Array;
  /** Undefined for a share that is no point of the curve, or one made so that the key would be known. */
  finish(theirs: Uint8Array): Agreement | undefined;
}

/** A code as the scalar `w`. 48 bytes before the remainder, so that it is as good as uniform (RFC 9382 section 3.2). */
export function codeScalar(code: string): bigint {
  const bytes = hkdf(sha256, utf8ToBytes(code), undefined, utf8ToBytes("underpaint pairing code"), 48);
  return bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n) % Point.Fn.ORDER;
}

/** Begins as `side`. `secret` is given by the RFC's test vectors alone. */
export function beginExchange(
  side: Side,
  { w, identities, context = "" }: Setting,
  secret: bigint = Point.Fn.fromBytes(p256.utils.randomSecretKey()),
): Exchange {
  const share = Point.BASE.multiply(secret).add(BLINDS[side].multiply(w)).toBytes(false);
  return {
    share,
    finish: (theirs) => {
      const blinded = pointOf(theirs);
      const point = blinded?.subtract(BLINDS[side === "A" ? "B" : "A"].multiply(w));
      if (point === undefined || point.equals(Point.ZERO)) return undefined;
      const key = point.multiply(secret).toBytes(false);
      const names = [utf8ToBytes(identities.A), utf8ToBytes(identities.B)];
      const shares = side === "A" ? [share, theirs] : [theirs, share];
      return agree(concatBytes(...[...names, ...shares, key, Point.Fn.toBytes(w)].map(withLength)), context);
    },
  };
}

/** RFC 9382 section 4: Ke and Ka are the halves of the transcript's hash. */
function agree(transcript: Uint8Array, context: string): Agreement {
  const hash = sha256(transcript);
  const info = utf8ToBytes(`ConfirmationKeys${context}`);
  const keys = hkdf(sha256, hash.subarray(16), undefined, info, 32);
  return {
    key: hash.slice(0, 16),
    confirmations: {
      A: hmac(sha256, keys.subarray(0, 16), transcript),
      B: hmac(sha256, keys.subarray(16), transcript),
    },
  };
}

function pointOf(bytes: Uint8Array) {
  if (bytes.length !== SHARE_BYTES) return undefined;
  try {
    return Point.fromBytes(bytes);
  } catch {
    return undefined;
  }
}

/** With its length before it, 8 bytes little-endian. */
function withLength(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, bytes.length, true);
  return concatBytes(length, bytes);
}
