import { sha1 as digest } from "@noble/hashes/legacy.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** SHA-1, hexadecimal: Figma names images by it. Synchronous, because `createImage` is. */
export const sha1 = (bytes: Uint8Array): string => bytesToHex(digest(bytes));
