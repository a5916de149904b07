import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { GenerateRequest } from "../../../shared/request.ts";
import type { Mode } from "../../bridge.ts";

export interface Asked {
  readonly mode: Mode;
  readonly request: GenerateRequest;
  /** Of the images that the request names, by name. */
  readonly hashes: ReadonlyMap<string, string>;
}

/** The digest of all that a picture depends on, hexadecimal SHA-256. */
export function askedFor({ mode, request, hashes }: Asked): string {
  return bytesToHex(sha256(new TextEncoder().encode(JSON.stringify([mode, request, [...hashes]]))));
}
