import { type FSWatcher, watch } from "node:fs";

export interface WatchOptions {
  /** Something that changes when the folders do; asked after every hint and from time to time. */
  readonly state: () => string;
  readonly onChange: () => void;
  /** Milliseconds of quiet before a change is believed: files arrive in pieces. */
  readonly quietMs?: number;
  /** Milliseconds between looks without a hint, at least: not every file system gives them. */
  readonly rescanMs?: number;
}

/** Looks without a hint take at most one part in so many of the time. */
const MOST_OF_TIME = 200;

/** Calls `onChange` when something below `folders` changed, until the returned function is called. */
export function watchFolders(
  folders: readonly string[],
  { state, onChange, quietMs = 400, rescanMs = 10_000 }: WatchOptions,
): () => void {
  let last = state();
  let rescan: NodeJS.Timeout | undefined;
  let timer: NodeJS.Timeout | undefined;
  const watchers = new Map<string, FSWatcher>();

  const look = (): void => {
    for (const folder of folders) if (!watchers.has(folder)) follow(folder);
    const begin = performance.now();
    const now = state();
    lookLater(performance.now() - begin);
    if (now === last) return;
    last = now;
    onChange();
  };
  /** A look through a large library takes a while: it must stay a small part of the time. */
  const lookLater = (tookMs: number): void => {
    clearTimeout(rescan);
    rescan = setTimeout(look, Math.max(rescanMs, MOST_OF_TIME * tookMs));
    rescan.unref();
  };
  const hint = (): void => {
    clearTimeout(timer);
    timer = setTimeout(look, quietMs);
  };
  const follow = (folder: string): void => {
    try {
      const watcher = watch(folder, { recursive: true, persistent: false }, hint);
      // A folder that is deleted or a system without free watches: the looks from time to time go on.
      watcher.on("error", () => {
        watcher.close();
        watchers.delete(folder);
      });
      watchers.set(folder, watcher);
    } catch {
      // It does not exist (yet): tried again at the next look.
    }
  };

  for (const folder of folders) follow(folder);
  lookLater(0);
  return () => {
    clearTimeout(rescan);
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}
