/** A model from the Hugging Face hub, or from whoever speaks its protocol, into a models folder. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from "node:fs";
import path from "node:path";
import { fileDownloadInfo, HubApiError, listFiles } from "@huggingface/hub";
import { Problem } from "../../../shared/problem.ts";
import { type Choice, chooseFiles, type RemoteFile } from "./choose-files.ts";
import { type FetchOptions, fetchFile, isWhole } from "./fetch-file.ts";

export interface DownloadRequest extends Choice {
  /** "owner/name". */
  readonly repo: string;
  /** A branch, a tag or a commit. Default "main". */
  readonly revision?: string;
}

export interface DownloadProgress {
  /** Bytes, of all files together. */
  readonly done: number;
  readonly total: number;
}

export interface DownloadOptions extends Pick<FetchOptions, "stallMs" | "pausesMs"> {
  /** The models folder. */
  readonly folder: string;
  /** Absent: the hub. */
  readonly endpoint?: string;
  /** For repositories that ask for an agreement (`HF_TOKEN`). */
  readonly token?: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DownloadProgress) => void;
  /** Bytes free in a folder, for tests. */
  readonly freeBytes?: (folder: string) => number;
}

/** The reason of a signal that ends a download, but not what has come so far. */
export const PAUSED = new Error("The download is paused.");

/** In the models folder, hidden from its scan, and on the same disk. */
const STAGING = ".downloads";
/** Bytes that stay free. */
const RESERVE = 512 * 2 ** 20;
/** Milliseconds after which a download that nobody went on with is given up. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/**
 * Resolves to the folder of the complete model. Until then nothing of it is visible; a download that breaks off is gone on with by the
 * next call; one that is cancelled by `signal` is deleted, unless the reason is `PAUSED`. Throws Problem "download-refused", "download-failed", "disk-full",
 * and the signal's reason.
 */
export async function downloadModel(request: DownloadRequest, options: DownloadOptions): Promise<string> {
  const { repo } = request;
  if (!/^(?!.*\.\.)\w[\w.-]{0,95}\/\w[\w.-]{0,95}$/.test(repo))
    throw new Problem(
      "download-refused",
      `"${repo.slice(0, 200)}" is not the name of a repository: it is like "owner/name".`,
    );
  const name = downloadFolder(repo);
  const staging = path.join(options.folder, STAGING, name);
  const target = path.join(options.folder, name);
  try {
    const wanted = chooseFiles(await list(request, options), request, repo);
    checkSpace(wanted, staging, options);
    const total = wanted.reduce((sum, { size }) => sum + size, 0);
    let before = 0;
    for (const file of wanted) {
      const place = path.join(staging, ...file.path.split("/"));
      const report = (bytes: number) => options.onProgress({ done: before + bytes, total });
      if (!(await isWhole(place, file))) {
        const url = await address(file, request, options);
        await fetchFile(file, place, {
          ...options,
          onProgress: report,
          request: (from, signal) => ask(url, from, signal),
        });
      }
      before += file.size;
      report(0);
    }
    publish(wanted, staging, target);
    return target;
  } catch (error) {
    if (options.signal.aborted && options.signal.reason !== PAUSED) rmSync(staging, { recursive: true, force: true });
    throw error;
  }
}

/** What a repository's folder is called below the models folder. */
export const downloadFolder = (repo: string): string => repo.replace("/", "--");

/** Deletes downloads that were left lying. */
export function removeStaleDownloads(folder: string, now = Date.now()): void {
  const staging = path.join(folder, STAGING);
  if (!existsSync(staging)) return;
  for (const name of readdirSync(staging)) {
    const place = path.join(staging, name);
    const files = readdirSync(place, { recursive: true, encoding: "utf8" });
    const last = Math.max(...[".", ...files].map((file) => statSync(path.join(place, file)).mtimeMs));
    if (now - last > KEPT_MS) rmSync(place, { recursive: true, force: true });
  }
}

/** How the hub's library is asked; a request is cut off with the download. */
const access = ({ repo, revision }: DownloadRequest, { endpoint, token, signal }: DownloadOptions) => ({
  repo,
  revision: revision ?? "main",
  ...(endpoint !== undefined && { hubUrl: endpoint.replace(/\/$/, "") }),
  ...(token !== undefined && { accessToken: token }),
  fetch: ((input: string, init?: RequestInit) => fetch(input, { ...init, signal })) as typeof fetch,
});

async function list(request: DownloadRequest, options: DownloadOptions): Promise<RemoteFile[]> {
  return told(request, options, async () => {
    const files: RemoteFile[] = [];
    for await (const { type, path, size, oid, lfs } of listFiles({ ...access(request, options), recursive: true })) {
      if (type !== "file") continue;
      const checksum = lfs ? { kind: "sha256" as const, hex: lfs.oid } : { kind: "git" as const, hex: oid ?? "" };
      if (!Number.isSafeInteger(size) || size < 0 || !/^[0-9a-f]{40,64}$/i.test(checksum.hex))
        throw new Problem("download-failed", `The server says nothing sensible about "${path}": try again later.`);
      files.push({ path, size: lfs?.size ?? size, checksum });
    }
    return files;
  });
}

interface Address {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** Where the bytes are: for large files another server, which must not see the token. */
async function address({ path }: RemoteFile, request: DownloadRequest, options: DownloadOptions): Promise<Address> {
  const info = await told(request, options, () => fileDownloadInfo({ ...access(request, options), path }));
  if (info === null) throw new Problem("download-failed", `"${path}" is listed, but not there: try again later.`);
  const own = info.url.includes(`/${request.repo}/resolve/`);
  return { url: info.url, headers: own && options.token ? { authorization: `Bearer ${options.token}` } : {} };
}

const ask = ({ url, headers }: Address, from: number, signal: AbortSignal) =>
  fetch(url, { headers: { ...headers, range: `bytes=${from}-`, "accept-encoding": "identity" }, signal });

/** What the hub answers, in plain words. */
async function told<T>({ repo }: DownloadRequest, { signal }: DownloadOptions, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Problem) throw error;
    const status = error instanceof HubApiError ? error.statusCode : undefined;
    if (status === 404) throw new Problem("download-refused", `There is no repository "${repo}": check its name.`);
    if (status === 401 || status === 403)
      throw new Problem(
        "download-refused",
        `"${repo}" is private, does not exist, or asks you to agree to its terms first: agree on its page, make an access token there, and start Underpaint with HF_TOKEN set to it.`,
      );
    const reason = status === undefined ? (error as Error).message : `status ${status}`;
    throw new Problem("download-failed", `"${repo}" cannot be reached (${reason}): check the connection.`, {
      cause: error,
    });
  }
}

function checkSpace(
  files: readonly RemoteFile[],
  staging: string,
  { folder, freeBytes = free }: DownloadOptions,
): void {
  const here = (file: RemoteFile) => {
    const place = path.join(staging, ...file.path.split("/"));
    return (
      (statSync(place, { throwIfNoEntry: false }) ?? statSync(`${place}.part`, { throwIfNoEntry: false }))?.size ?? 0
    );
  };
  const missing = files.reduce((sum, file) => sum + Math.max(0, file.size - here(file)), 0);
  mkdirSync(folder, { recursive: true });
  const left = freeBytes(folder);
  if (missing + RESERVE <= left) return;
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GB`;
  throw new Problem(
    "disk-full",
    `The download needs ${gib(missing)}, and ${gib(left)} are free: free some space first.`,
  );
}

function free(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Only what was asked for: an earlier choice may have left more in the staging folder. */
function publish(files: readonly RemoteFile[], staging: string, target: string): void {
  const chosen = path.join(staging, ".chosen");
  rmSync(chosen, { recursive: true, force: true });
  const goal = existsSync(target) ? target : chosen;
  for (const { path: below } of files) {
    const place = path.join(goal, ...below.split("/"));
    mkdirSync(path.dirname(place), { recursive: true });
    renameSync(path.join(staging, ...below.split("/")), place);
  }
  if (goal === chosen) renameSync(chosen, target);
  rmSync(staging, { recursive: true, force: true });
}
