/**
 * What a studio's gateway shows of itself: pages that people and monitoring read. On the machine itself they need nothing; over TLS
 * they need the token, and never does a web page get to read them.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Reached } from "../../shared/pairing.ts";
import { Problem } from "../../shared/problem.ts";
import { hostIsOurs } from "./guard.ts";

export interface Page {
  readonly type: string;
  readonly body: string;
}

export interface Pages {
  /** Of programs that read them over TLS, as a bearer token. Absent: none may. */
  readonly token?: string | undefined;
  /** By path. Each may reject with a Problem. */
  readonly made: Readonly<Record<string, () => Promise<Page>>>;
}

interface Asked {
  readonly url?: string | undefined;
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/** False where nothing of that path is shown. */
export function answerPage(
  pages: Pages | undefined,
  { request, response, reached }: { request: IncomingMessage; response: ServerResponse; reached: Reached },
): boolean {
  const made = Object.entries(pages?.made ?? {}).find(([path]) => path === request.url)?.[1];
  if (made === undefined) return false;
  const status = refusePage(request, reached, pages?.token);
  if (status !== undefined) {
    response.writeHead(status, status === 401 ? { "www-authenticate": "Bearer" } : {}).end();
    return true;
  }
  made().then(
    ({ type, body }) => response.writeHead(200, { ...HEADERS, "content-type": type }).end(body),
    (error: unknown) =>
      response
        .writeHead(503, { ...HEADERS, "content-type": "text/plain; charset=utf-8" })
        .end(Problem.from(error).message),
  );
  return true;
}

/** The HTTP status to refuse with, or undefined where all is well. */
export function refusePage(asked: Asked, reached: Reached, token: string | undefined): number | undefined {
  const { origin, authorization, "sec-fetch-site": site } = asked.headers;
  if (origin !== undefined || (site !== undefined && site !== "none" && site !== "same-origin")) return 403;
  if (asked.method !== "GET") return 405;
  if (reached !== "relayed") return hostIsOurs(asked, reached) ? undefined : 403;
  return token !== undefined && isSame(authorization ?? "", `Bearer ${token}`) ? undefined : 401;
}

/** In constant time. */
function isSame(given: string, right: string): boolean {
  const [a, b] = [given, right].map((text) => createHash("sha256").update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(a, b);
}
