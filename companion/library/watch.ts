import { type FSWatcher, watch } from "node:fs";

export interface WatchOptions {
  /** Something that changes when the folders do; asked after every hint and from time to time. */
  readonly state: () => string;
  readonly onChange: () => void;
  /** Milliseconds of quiet before a change is believed: files arrive in pieces. */
  readonly quietMs?: number;
  /** Milliseconds between looks without a hint: not every file system gives them. */
  readonly rescanMs?: number;
}

/** Calls `onChange` when something below `folders` changed, until the returned function is called. */
export function watchFolders(
  folders: readonly string[],
  { state, onChange, quietMs = 400, rescanMs = 10_000 }: WatchOptions,
): () => void {
  let last = state();
  let timer: NodeJS.Timeout | undefined;
  const watchers = new Map<string, FSWatcher>();

  const look = (): void => {
    for (const folder of folders) if (!watchers.has(folder)) follow(folder);
    const now = state();
    if (now === last) return;
    last = now;
    onChange();
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
  const interval = setInterval(look, rescanMs);
  interval.unref();
  return () => {
    clearInterval(interval);
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}
