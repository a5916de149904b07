/**
 * Pictures that were made for a Figma file, until they are removed: a folder for each file, and in it for each picture its own
 * bytes, a small copy, and what is known of it. A file goes by a random id that is kept in it, so that nobody finds pictures who
 * cannot open it. Together they stay within a budget: the oldest go first, those with a star never.
 */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import type { KeptPicture } from "../../shared/protocol.ts";
import { layerAttachment, SPLIT_LIMITS } from "../../shared/split.ts";
import { readAbout, writeAbout } from "./about.ts";

export interface HistoryOptions {
  /** Of all pictures together. */
  readonly budgetBytes?: number;
}

/** A picture's bytes, as they came, and a small copy of it. */
export interface KeptBytes {
  readonly image: Uint8Array;
  readonly small: Uint8Array;
  /** Of one in layers, the bottom one first. */
  readonly layers?: readonly Uint8Array[];
}

const BUDGET_BYTES = 4 * 2 ** 30;
/** Told of one file. */
const MOST_LISTED = 1000;
const ID = /^[0-9a-f]{32}$/;
const [ABOUT, IMAGE, SMALL] = [".json", ".image", ".small"];
const LAYERS = Array.from({ length: SPLIT_LIMITS.max }, (_, i) => `.${layerAttachment(i)}`);
const PICTURES = [IMAGE, SMALL, ...LAYERS];

interface Place extends KeptPicture {
  readonly file: string;
  readonly bytes: number;
}

export class History {
  readonly #folder: string;
  readonly #budget: number;
  /** All that is there, by file and job; read once. */
  #places: Map<string, Place> | undefined;
  /** Resolves when what was asked so far is done. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(folder: string, { budgetBytes = BUDGET_BYTES }: HistoryOptions = {}) {
    this.#folder = folder;
    this.#budget = budgetBytes;
  }

  /** Those of a file, newest first. */
  list(file: string): Promise<KeptPicture[]> {
    return this.#inTurn(async () => {
      const places = [...(await this.#known()).values()].filter((place) => place.file === file);
      const newest = places.sort((a, b) => b.at - a.at).slice(0, MOST_LISTED);
      return newest.map(({ job, at, starred, about }) => ({ job, at, starred, about }));
    });
  }

  /**
   * Keeps a picture, on disk when this resolves; without `bytes` what is known of one that is kept. Rejects with Problem
   * "disk-full" where the budget is full of stars or the disk of other things, "job-unknown" where there is none to change.
   */
  keep(file: string, { job, at, starred, about }: KeptPicture, bytes?: KeptBytes): Promise<void> {
    return this.#inTurn(async () => {
      const places = await this.#known();
      const key = `${file} ${job}`;
      const before = places.get(key);
      if (bytes === undefined && before === undefined)
        throw new Problem("job-unknown", "The companion does not keep this picture any more.");
      const files = bytes === undefined ? [] : filesOf(bytes);
      const size = bytes === undefined ? before!.bytes : files.reduce((sum, [, each]) => sum + each.length, 0);
      if (bytes !== undefined) await this.#makeRoom(size - (before?.bytes ?? 0), key);
      const folder = path.join(this.#folder, file);
      const kept = { job, at, starred, about };
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        for (const [end, each] of files) await put(path.join(folder, job + end), each);
        await put(path.join(folder, job + ABOUT), writeAbout(kept));
      } catch (error) {
        throw diskProblem(error, folder);
      }
      places.set(key, { ...kept, file, bytes: size });
    });
  }

  /** Undefined where it is gone. */
  async picture(file: string, job: string, size: "whole" | "small"): Promise<Uint8Array | undefined> {
    if (!ID.test(file) || !ID.test(job)) return undefined;
    const name = job + (size === "small" ? SMALL : IMAGE);
    return await this.#inTurn(() => readFile(path.join(this.#folder, file, name)).catch(() => undefined));
  }

  /** Of a picture in layers, the bottom one first; none of another, or where it is gone. */
  async layers(file: string, job: string): Promise<Uint8Array[]> {
    if (!ID.test(file) || !ID.test(job)) return [];
    const layers: Uint8Array[] = [];
    await this.#inTurn(async () => {
      for (const end of LAYERS) {
        const layer = await readFile(path.join(this.#folder, file, job + end)).catch(() => undefined);
        if (layer === undefined) return;
        layers.push(layer);
      }
    });
    return layers;
  }

  /** Those that are there are gone when this resolves. */
  forget(file: string, jobs: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const places = await this.#known();
      for (const job of jobs) await this.#remove(places.get(`${file} ${job}`));
    });
  }

  async #makeRoom(bytes: number, except: string): Promise<void> {
    const places = await this.#known();
    let total = bytes;
    for (const place of places.values()) total += place.bytes;
    const unstarred = [...places].filter(([key, { starred }]) => !starred && key !== except).map(([, place]) => place);
    for (const place of unstarred.sort((a, b) => a.at - b.at)) {
      if (total <= this.#budget) return;
      await this.#remove(place);
      total -= place.bytes;
    }
    if (total > this.#budget)
      throw new Problem("disk-full", "The history is full of pictures with a star: take some of the stars away.");
  }

  async #remove(place: Place | undefined): Promise<void> {
    if (place === undefined) return;
    for (const end of [ABOUT, ...PICTURES])
      await rm(path.join(this.#folder, place.file, place.job + end), { force: true });
    (await this.#known()).delete(`${place.file} ${place.job}`);
  }

  async #known(): Promise<Map<string, Place>> {
    this.#places ??= await this.#readAll();
    return this.#places;
  }

  /** What can't be read is no picture any more, and is removed. */
  async #readAll(): Promise<Map<string, Place>> {
    const places = new Map<string, Place>();
    for (const file of (await namesIn(this.#folder)).filter((name) => ID.test(name))) {
      const folder = path.join(this.#folder, file);
      const names = await namesIn(folder);
      for (const job of new Set(names.map((name) => name.replace(/\..*$/, "")))) {
        const about = await readFile(path.join(folder, job + ABOUT), "utf8").catch(() => "");
        const kept = readAbout(about);
        let bytes = 0;
        for (const end of PICTURES) if (names.includes(job + end)) bytes += await sizeOf(path.join(folder, job + end));
        if (kept?.job === job && bytes > 0) places.set(`${file} ${job}`, { ...kept, file, bytes });
        else if (ID.test(job))
          for (const end of [ABOUT, ...PICTURES]) await rm(path.join(folder, job + end), { force: true });
      }
    }
    return places;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

const filesOf = ({ image, small, layers = [] }: KeptBytes): (readonly [end: string, bytes: Uint8Array])[] => [
  [IMAGE, image],
  [SMALL, small],
  ...layers.map((layer, i) => [LAYERS[i]!, layer] as const),
];

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => undefined))?.size ?? 0;

/** Whole or not at all. */
async function put(file: string, content: Uint8Array | string): Promise<void> {
  const draft = `${file}.part`;
  await writeFile(draft, content, { mode: 0o600, flush: true });
  await rename(draft, file);
}

function diskProblem(error: unknown, folder: string): Problem {
  const { code = "?" } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new Problem("disk-full", "The disk is full, so that this picture is not kept: free some space.", {
      cause: error,
    });
  return new Problem("data-not-writable", `Cannot write to "${folder}" (${code}): check who owns it.`, {
    cause: error,
  });
}
