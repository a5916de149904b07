import { readFileSync } from "node:fs";
import { Problem } from "../../shared/problem.ts";
import { placeOf } from "../queue/bullmq/redis-place.ts";

/** Where the studio's queue is. */
export interface RedisAddress {
  readonly url: string;
  /** The same without its secrets, for people to read. */
  readonly place: string;
  /** PEM, see redis.ts. */
  readonly ca?: string;
}

/** Of `--redis` and `--redis-ca`, or `UNDERPAINT_REDIS` and `UNDERPAINT_REDIS_CA`, which no list of processes shows. */
export function redisAddress(
  options: { readonly redis?: string | undefined; readonly "redis-ca"?: string | undefined },
  env = process.env,
): RedisAddress | undefined {
  const url = options.redis ?? env.UNDERPAINT_REDIS;
  const file = options["redis-ca"] ?? env.UNDERPAINT_REDIS_CA;
  if (url === undefined || url === "") return undefined;
  return { url, place: placeOf(url), ...(file && { ca: readPem(file) }) };
}

/** Throws Problem "request-invalid". */
export function readPem(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Problem(
      "request-invalid",
      `Cannot read "${file}" (${(error as NodeJS.ErrnoException).code}): check its path.`,
    );
  }
}
