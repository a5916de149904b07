/**
 * What a request must look like before anything else is read of it. `Host` stops DNS rebinding: a foreign page that maps its
 * own name to this machine sends that name. `Origin` stops ordinary web pages: Figma's iframe has none ("null"). Any sandboxed
 * iframe is "null" too, so this proves nothing; pairing does.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Reached } from "../../shared/pairing.ts";
import { PATH, SUBPROTOCOL } from "../../shared/protocol.ts";

interface Asked {
  readonly url?: string | undefined;
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** The HTTP status to refuse with, or undefined where all is well. */
export function refuseUpgrade(asked: Asked, port: Reached): number | undefined {
  if (!hostIsOurs(asked, port) || asked.headers.origin !== "null") return 403;
  if (asked.url !== PATH) return 404;
  return asked.headers["sec-websocket-protocol"] === SUBPROTOCOL ? undefined : 400;
}

/** As `refuseUpgrade`, for `GET /health`, which a program without an Origin may ask too. */
export function refuseHealth(asked: Asked, port: Reached): number | undefined {
  const { origin } = asked.headers;
  if (!hostIsOurs(asked, port) || (origin !== undefined && origin !== "null")) return 403;
  return asked.method === "GET" && asked.url === "/health" ? undefined : 404;
}

export function hostIsOurs({ headers }: Pick<Asked, "headers">, port: Reached): boolean {
  const host = headers.host?.toLowerCase() ?? "";
  const [, name, number] = /^(localhost|127\.0\.0\.1|\[::1\]):(\d+)$/.exec(host) ?? [];
  return name !== undefined && (port === "relayed" || number === String(port));
}
