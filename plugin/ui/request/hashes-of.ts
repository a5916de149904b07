import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** What the companion calls the images by. The iframe is no secure context, so that the browser's own hashing is not there. */
export const hashesOf = (images: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, string> =>
  new Map([...images].map(([name, bytes]) => [name, bytesToHex(sha256(bytes))]));
