import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** Of bytes that nobody changes. */
const known = new WeakMap<Uint8Array, string>();

/**
 * What the companion calls the images by. The iframe is no secure context, so that the browser's own hashing is not there, and ours takes
 * a millisecond for a hundred kilobytes: once for the same bytes in memory.
 */
export const hashesOf = (images: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, string> =>
  new Map([...images].map(([name, bytes]) => [name, hashOf(bytes)]));

function hashOf(bytes: Uint8Array): string {
  const hash = known.get(bytes) ?? bytesToHex(sha256(bytes));
  known.set(bytes, hash);
  return hash;
}

/** Of images with the same bytes one goes along. */
export function oncePerHash(
  images: ReadonlyMap<string, Uint8Array>,
  hashes: ReadonlyMap<string, string>,
): ReadonlyMap<string, Uint8Array> {
  const seen = new Set<string>();
  return new Map(
    [...images].filter(([name]) => {
      const hash = hashes.get(name)!;
      const isNew = !seen.has(hash);
      seen.add(hash);
      return isNew;
    }),
  );
}
