/** What a job's image and picture are made of, so that whoever knows the id knows the bytes. */
import { createHash } from "node:crypto";

/** 40 to 160 kB. */
function bytesOf(name: string): Uint8Array {
  const seed = createHash("sha256").update(name).digest();
  const bytes = Buffer.alloc(40_000 + (seed.readUInt32LE(0) % 120_000));
  for (let i = 0; i < bytes.length; i += 32) seed.copy(bytes, i);
  return new Uint8Array(bytes);
}

export const imageOf = (job: string) => bytesOf(`image ${job}`);
export const pictureOf = (job: string) => bytesOf(`picture ${job}`);
