/**
 * Images and results on their way into Redis and out of it: in slices, so that neither whoever sends one, nor the server, nor whoever
 * gets it is silent for long, however large it is.
 */
import { createHash, randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Sha256 } from "../job-queue.ts";

/** At a time: about a millisecond's work. */
const SLICE_BYTES = 2 ** 20;
/** What was put aside and that no job took over is gone after so many milliseconds. */
const ASIDE_MS = 10 * 60 * 1000;

/**
 * Puts `bytes` aside, under a key below `prefix` that a script makes a blob of (lua.ts, `takeIn`). Resolves to that key.
 */
export async function putAside(redis: Redis, prefix: string, bytes: Uint8Array): Promise<string> {
  const key = `${prefix}aside:${randomUUID()}`;
  const last = Math.max(0, Math.ceil(bytes.length / SLICE_BYTES) - 1) * SLICE_BYTES;
  // The last slice first: it makes room for all.
  await Promise.all([redis.set(key, "", "PX", ASIDE_MS), redis.setrange(key, last, slice(bytes, last))]);
  for (let at = 0; at < last; at += SLICE_BYTES) await redis.setrange(key, at, slice(bytes, at));
  return key;
}

/** What lies at `key`, where it hashes to `hash`; undefined where it does not, or there is nothing. */
export async function readBlob(redis: Redis, key: string, hash: Sha256): Promise<Uint8Array | undefined> {
  const rangeAt = (at: number) => redis.getrangeBuffer(key, at, at + SLICE_BYTES - 1);
  const [length, first] = await Promise.all([redis.strlen(key), rangeAt(0)]);
  const bytes = new Uint8Array(length);
  const sum = createHash("sha256");
  for (let at = 0; at < length; at += SLICE_BYTES) {
    const part = at === 0 ? first : await rangeAt(at);
    // It was another one meanwhile.
    if (part.length !== Math.min(SLICE_BYTES, length - at)) return undefined;
    bytes.set(part, at);
    sum.update(part);
  }
  return sum.digest("hex") === hash ? bytes : undefined;
}

const slice = (bytes: Uint8Array, at: number) =>
  Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(SLICE_BYTES, bytes.length - at));
