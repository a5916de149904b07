/** The Hugging Face hub, or whoever speaks its protocol: what is in a repository, and the bytes of a file. */
import { HUB_URL, HubApiError, type ListFileEntry, listFiles } from "@huggingface/hub";
import { Problem } from "../../../shared/problem.ts";
import type { RemoteFile } from "./choose-files.ts";
import { reasonOf } from "./fetch-file.ts";
import { listingFetch } from "./listing-fetch.ts";

export interface Repository {
  /** "owner/name". */
  readonly repo: string;
  /** A branch, a tag or a commit. Default "main". */
  readonly revision?: string;
}

export interface HubOptions {
  /** Absent: the hub. */
  readonly endpoint?: string;
  /** For repositories that ask for an agreement (`HF_TOKEN`). */
  readonly token?: string;
  readonly signal: AbortSignal;
}

/** How the hub's library is asked; a request is cut off with the download. */
const access = ({ repo, revision }: Repository, { endpoint, token, signal }: HubOptions) => ({
  repo,
  revision: revision ?? "main",
  ...(endpoint !== undefined && { hubUrl: endpoint.replace(/\/$/, "") }),
  ...(token !== undefined && { accessToken: token }),
  fetch: listingFetch(endpoint ?? HUB_URL, { repo, signal }),
});

/** The largest repositories of models have some thousands. */
const MAX_FILES = 20_000;

/** All files. Throws Problem "download-refused", "download-failed", and the signal's reason. */
export async function listRepository(request: Repository, options: HubOptions): Promise<RemoteFile[]> {
  const files: RemoteFile[] = [];
  try {
    for await (const entry of listFiles({ ...access(request, options), recursive: true })) {
      if (entry.type === "file") files.push(remoteFile(entry));
      if (files.length > MAX_FILES)
        throw new Problem("download-refused", `"${request.repo}" has more than ${MAX_FILES} files: it is no model.`);
    }
    return files;
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof Problem) throw error;
    throw unreachable(request, error);
  }
}

function remoteFile({ path, size: whole, oid, lfs }: ListFileEntry): RemoteFile {
  const size = lfs?.size ?? whole;
  const checksum = lfs ? { kind: "sha256" as const, hex: lfs.oid } : { kind: "git" as const, hex: oid ?? "" };
  const digits = lfs ? 64 : 40;
  const sensible =
    Number.isSafeInteger(size) && size >= 0 && new RegExp(`^[0-9a-f]{${digits}}$`, "i").test(checksum.hex);
  if (sensible) return { path, size, checksum };
  throw new Problem(
    "download-failed",
    `The server says nothing sensible about "${String(path).slice(0, 200)}": try again later.`,
  );
}

/**
 * A file's bytes from the hub, which passes requests for large ones on to another server: `fetch` does not show the token
 * there. Each request asks the hub anew, since the address that it gives out is good for a while only.
 */
export async function askForFile(
  { path }: RemoteFile,
  { repo, revision = "main" }: Repository,
  { endpoint = HUB_URL, token, from, signal }: HubOptions & { readonly from: number },
): Promise<Response> {
  const place = [repo, "resolve", encodeURIComponent(revision), ...path.split("/").map(encodeURIComponent)].join("/");
  const response = await fetch(`${endpoint.replace(/\/$/, "")}/${place}`, {
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...{ range: `bytes=${from}-`, "accept-encoding": "identity" },
    },
    signal,
  });
  if (response.status === 401 || response.status === 403) throw closed(repo);
  if (response.status === 404)
    throw new Problem("download-failed", `"${path}" is listed in "${repo}", but not there: try again later.`);
  return response;
}

const closed = (repo: string) =>
  new Problem(
    "download-refused",
    `"${repo}" is private, does not exist, or asks you to agree to its terms first: agree on its page, make an access token there, and start Underpaint with HF_TOKEN set to it.`,
  );

/** What the hub's answer to a listing means, in plain words. */
function unreachable({ repo, revision }: Repository, error: unknown): Problem {
  const status = error instanceof HubApiError ? error.statusCode : undefined;
  if (status === 401 || status === 403) return closed(repo);
  if (status === 404)
    return new Problem(
      "download-refused",
      revision === undefined
        ? `There is no repository "${repo}": check its name.`
        : `There is no repository "${repo}" with a revision "${revision.slice(0, 100)}": check both.`,
    );
  if (status === 429)
    return new Problem("download-failed", "The server has had too many questions: try again in some minutes.");
  if (error instanceof SyntaxError || (error instanceof TypeError && error.cause === undefined))
    return new Problem(
      "download-failed",
      `Something else than the hub answered for "${repo}" (a login page, a proxy): check the connection.`,
      { cause: error },
    );
  const proxy = ["HTTPS_PROXY", "https_proxy"].find((name) => process.env[name]);
  const hint = proxy === undefined ? "" : `; ${proxy} is heeded by Node.js 22.21 or newer with NODE_USE_ENV_PROXY=1`;
  const reason = status === undefined ? reasonOf(error) : `status ${status}`;
  return new Problem("download-failed", `"${repo}" cannot be reached (${reason}${hint}): check the connection.`, {
    cause: error,
  });
}
