import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** What the companion calls the images by. The iframe is no secure context, so that the browser's own hashing is not there. */
export const hashesOf = (images: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, string> =>
  new Map([...images].map(([name, bytes]) => [name, bytesToHex(sha256(bytes))]));

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
