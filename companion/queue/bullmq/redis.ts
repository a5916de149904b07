/** Connections to the studio's Redis (or Valkey), and what goes wrong with them in plain words. */
import { Redis } from "ioredis";
import { Problem } from "../../../shared/problem.ts";
import { placeOf } from "./redis-place.ts";

export interface RedisOptions {
  /** `redis://` or `rediss://` (TLS), with user and password where there are any. It is a secret: it is never shown. */
  readonly url: string;
  /** PEM: whom to trust beside the authorities that Node knows. */
  readonly ca?: string;
  /** "fails": a command is refused soon while the server is away. "waits": it is sent when the server is back. */
  readonly away: "fails" | "waits";
  /** Told once, where the server's certificate is not to be trusted: it looks like a server that is away. */
  readonly log?: (line: string) => void;
}

/** What Node says of a certificate that no known authority vouches for, that is for another name, or that has run out. */
const UNTRUSTED =
  /SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|ALTNAME_INVALID|CERT_(?:HAS_EXPIRED|UNTRUSTED|NOT_YET_VALID)/;

/** Between two tries to connect, milliseconds. */
const RETRY_MS = { first: 100, most: 2000 };
/** For one command that is to fail, milliseconds: some megabytes over a slow network. */
const COMMAND_MS = 20_000;

/** Connects when the first command comes, and again whenever the connection is lost. Throws Problem "request-invalid". */
export function connectRedis({ url, ca, away, log = () => {} }: RedisOptions): Redis {
  const secure = placeOf(url).startsWith("rediss:");
  const redis = new Redis(url, {
    maxRetriesPerRequest: away === "fails" ? 1 : null,
    ...(away === "fails" && { commandTimeout: COMMAND_MS }),
    retryStrategy: (times) => Math.min(times * RETRY_MS.first, RETRY_MS.most),
    connectTimeout: 5000,
    ...(secure && ca !== undefined && { tls: { ca } }),
  });
  // ioredis listens to the first error of a socket; TLS tells of a second one, which would end the process.
  redis.on("connecting", () => setImmediate(() => redis.stream?.on("error", () => {})));
  // Every command tells of its own failure; without a listener each lost connection would be printed.
  let told = false;
  redis.on("error", ({ code = "" }: NodeJS.ErrnoException) => {
    if (told || !UNTRUSTED.test(code)) return;
    told = true;
    log(`The certificate of the studio's queue is not trusted (${code}): name its authority with --redis-ca FILE.`);
  });
  return redis;
}

/** What a failed command means to people; Problems stay as they are. */
export function redisProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { name = "", message = "" } = error instanceof Error ? error : {};
  if (/^(NOAUTH|WRONGPASS|NOPERM)/.test(message))
    return new Problem(
      "queue-unreachable",
      "The studio's queue refuses this name or password: correct the address after --redis.",
      { cause: error },
    );
  if (/^OOM /.test(message))
    return new Problem(
      "queue-full",
      "The studio's queue has no memory left: fetch the pictures that are ready, or give Redis more memory.",
      { cause: error },
    );
  if (
    name === "MaxRetriesPerRequestError" ||
    /Connection is closed|Command timed out|^LOADING|ECONN|closed/.test(message)
  )
    return unreachable(error);
  return Problem.from(error);
}

export const unreachable = (cause?: unknown) =>
  new Problem(
    "queue-unreachable",
    "The studio's queue can't be reached: check that its server runs and the network; what waits there is kept.",
    { cause },
  );
