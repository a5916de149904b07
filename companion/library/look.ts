/** What lies in the models folders, and what it was found to be: what has not changed is not opened again. */
import { statSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stampNear } from "../checkpoint/parts/parts-near.ts";
import { isTransformer } from "../opening/measures.ts";
import { type FindingCacheOptions, type Known, readFindings, saveFindings } from "./finding-cache.ts";
import type { Finding } from "./inspect.ts";
import type { Place } from "./scan.ts";

export interface Found {
  readonly place: Place;
  readonly finding: Finding;
}

export interface LookOptions {
  readonly places: () => Place[];
  readonly open: (place: Place) => Finding | Promise<Finding>;
  readonly cache?: FindingCacheOptions;
}

/** Between two times that what was learnt is kept, while much is being opened, milliseconds. */
const SAVE_MS = 5000;

export class Look {
  readonly #options: LookOptions;
  readonly #known = new Map<string, Known>();
  /** Of the cache's file, as it was last read or written. */
  #cacheStamp: string | undefined;
  /** What the look that runs has found, in order, and of how many places. */
  #sofar: { readonly found: readonly Found[]; readonly of: number } = { found: [], of: 0 };
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<readonly Found[]> | undefined;

  constructor(options: LookOptions) {
    this.#options = options;
  }

  /** Looks at everything. One look after the other, two at once would open every file twice; whoever asks before it begins shares it. */
  all(): Promise<readonly Found[]> {
    if (this.#next === undefined) {
      const begin = () => {
        this.#next = undefined;
        return this.#lookAt(this.#options.places(), (sofar) => {
          this.#sofar = sofar;
        });
      };
      this.#next = this.#last.then(begin, begin);
      this.#last = this.#next;
    }
    return this.#next;
  }

  /** The same, or what is known of it after `patienceMs`: `left` places are still to be looked at then. */
  async soon(patienceMs: number): Promise<{ readonly found: readonly Found[]; readonly left: number }> {
    const all = this.all();
    const impatient = new AbortController();
    const { signal } = impatient;
    const found = await Promise.race([all, sleep(patienceMs, undefined, { signal }).catch(() => undefined)]);
    impatient.abort();
    if (found) return { found, left: 0 };
    all.catch(() => {});
    const { found: sofar, of } = this.#sofar;
    return { found: [...sofar], left: of - sofar.length };
  }

  /** Looks at what is at these paths alone. */
  at(paths: readonly string[]): Promise<readonly Found[]> {
    return this.#lookAt(this.#options.places().filter((place) => paths.includes(place.path)));
  }

  async #lookAt(
    places: readonly Place[],
    tell: (sofar: { readonly found: readonly Found[]; readonly of: number }) => void = () => {},
  ): Promise<Found[]> {
    this.#learnFromOthers();
    const near = stampsNear();
    const found: Found[] = [];
    tell({ found, of: places.length });
    let [isNew, savedAt] = [false, performance.now()];
    for (const place of places) {
      const old = this.#known.get(place.path);
      const isSame = old?.signature === place.signature && (old.near === undefined || old.near === near(place));
      if (isSame) {
        found.push({ place, finding: old.finding });
        continue;
      }
      const finding = await this.#options.open(place);
      const depends = dependsOnNear(place, finding);
      this.#known.set(place.path, { signature: place.signature, finding, ...(depends && { near: near(place) }) });
      found.push({ place, finding });
      isNew = true;
      if (performance.now() - savedAt > SAVE_MS) {
        this.#save();
        [isNew, savedAt] = [false, performance.now()];
      }
      await new Promise(setImmediate); // Opening is synchronous work: let others have their turn.
    }
    if (isNew) this.#save();
    return found;
  }

  /** What another process has looked into meanwhile is known here, too. */
  #learnFromOthers(): void {
    const { cache } = this.#options;
    const stamp = cache && stampOf(cache.file);
    if (cache === undefined || stamp === this.#cacheStamp) return;
    this.#cacheStamp = stamp;
    for (const [file, known] of readFindings(cache)) if (!this.#known.has(file)) this.#known.set(file, known);
  }

  #save(): void {
    const { cache } = this.#options;
    if (cache === undefined) return;
    saveFindings(this.#known, cache);
    this.#cacheStamp = stampOf(cache.file);
  }
}

/** A transformer's other parts may come, go and change; so may what was missing. */
const dependsOnNear = ({ kind }: Place, finding: Finding): boolean =>
  kind === "file" && (finding.kind === "problem" || (finding.kind === "model" && isTransformer(finding.measures)));

/** Of a place's folder, found out once. */
function stampsNear(): (place: Place) => string {
  const known = new Map<string, string>();
  return (place) => {
    const folder = path.dirname(place.path);
    const stamp = known.get(folder) ?? stampNear(folder);
    known.set(folder, stamp);
    return stamp;
  };
}

function stampOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : "none";
}
