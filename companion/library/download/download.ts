/** A model from the Hugging Face hub, or from whoever speaks its protocol, into a models folder. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import { type Choice, chooseFiles, type RemoteFile } from "./choose-files.ts";
import { type FetchOptions, fetchFile, isWhole, partOf } from "./fetch-file.ts";
import { askForFile, type HubOptions, listRepository, type Repository } from "./hub.ts";
import { lockFolder } from "./lock-folder.ts";

export interface DownloadRequest extends Choice, Repository {}

export interface DownloadProgress {
  /** Bytes, of all files together. */
  readonly done: number;
  readonly total: number;
}

export interface DownloadOptions extends HubOptions, Pick<FetchOptions, "stallMs" | "pausesMs"> {
  /** The models folder. */
  readonly folder: string;
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
  const unlock = lockFolder(staging, repo);
  try {
    const wanted = chooseFiles(await listRepository(request, options), request, repo);
    checkSpace(wanted, staging, options);
    const total = wanted.reduce((sum, { size }) => sum + size, 0);
    let before = 0;
    for (const file of wanted) {
      const place = path.join(staging, ...file.path.split("/"));
      const report = (bytes: number) => options.onProgress({ done: before + bytes, total });
      if (!(await isWhole(place, file))) {
        await fetchFile(file, place, {
          ...options,
          onProgress: report,
          request: (from, signal) => askForFile(file, request, { ...options, from, signal }),
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
  } finally {
    unlock();
  }
}

/** What a repository's folder is called below the models folder. */
export const downloadFolder = (repo: string): string => repo.replace("/", "--");

/** Deletes downloads that were left lying. */
export function removeStaleDownloads(folder: string, now = Date.now()): void {
  const staging = path.join(folder, STAGING);
  if (!existsSync(staging)) return;
  for (const entry of readdirSync(staging, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const place = path.join(staging, entry.name);
    const files = readdirSync(place, { recursive: true, encoding: "utf8" });
    const last = Math.max(...[".", ...files].map((file) => statSync(path.join(place, file)).mtimeMs));
    if (now - last > KEPT_MS) rmSync(place, { recursive: true, force: true });
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
      (statSync(place, { throwIfNoEntry: false }) ?? statSync(partOf(place, file), { throwIfNoEntry: false }))?.size ??
      0
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
  const chosen = `${staging}.chosen`;
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
