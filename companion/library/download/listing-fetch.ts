import { Problem } from "../../../shared/problem.ts";

/** Pages of a listing; the hub gives a thousand entries on one. */
const MAX_PAGES = 100;
/** Bytes of a page, some five times what the hub's have. */
const MAX_PAGE_BYTES = 2 * 2 ** 20;
/** For a whole listing, milliseconds. */
const LISTING_MS = 120_000;

/**
 * `fetch` for one listing, which follows where a server's answer leads: to so many pages, of so many bytes, for so long, and
 * to no other server, as the access token goes along. Throws Problem "download-refused", "download-failed".
 */
export function listingFetch(endpoint: string, { repo, signal }: { repo: string; signal: AbortSignal }): typeof fetch {
  const { origin } = new URL(endpoint);
  const time = AbortSignal.timeout(LISTING_MS);
  let pages = 0;
  return (async (input: string, init?: RequestInit) => {
    pages += 1;
    if (pages > MAX_PAGES)
      throw new Problem("download-refused", `The list of files of "${repo}" does not end: it is no model.`);
    if (new URL(input).origin !== origin)
      throw new Problem("download-failed", `The list of files of "${repo}" leads to another server: try again later.`);
    const response = await fetch(input, { ...init, signal: AbortSignal.any([signal, time]), redirect: "error" });
    return new Response(await readPage(response, repo), response);
  }) as typeof fetch;
}

async function readPage(response: Response, repo: string): Promise<Uint8Array<ArrayBuffer> | null> {
  if (response.body === null) return null;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body) {
    bytes += piece.length;
    pieces.push(piece);
    if (bytes > MAX_PAGE_BYTES)
      throw new Problem("download-refused", `The list of files of "${repo}" is too long: it is no model.`);
  }
  return new Uint8Array(Buffer.concat(pieces));
}
