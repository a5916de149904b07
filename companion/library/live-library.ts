/** The library of a running companion: told of changes while somebody listens, with the files' hashes as they come. */
import type { AddOnInfo, ModelInfo, ModelProblem } from "../../shared/protocol.ts";
import type { Hashes } from "./hashes.ts";
import type { Library } from "./library.ts";

export interface LiveLibrary {
  list(): Promise<{ models: ModelInfo[]; addOns: AddOnInfo[]; problems: ModelProblem[] }>;
  thumbnail(id: string): Promise<Uint8Array | undefined>;
  /** Returns how to stop listening. */
  onChange(listener: () => void): () => void;
}

export interface LiveLibraryOptions {
  /** Between two tellings of new hashes, milliseconds: hundreds of files may be hashed in a minute, and a list is long. */
  readonly hashesMs?: number;
}

export function liveLibrary(
  library: Library,
  hashes: Hashes,
  { hashesMs = 10_000 }: LiveLibraryOptions = {},
): LiveLibrary {
  const listeners = new Set<() => void>();
  let stop: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    for (const each of [...listeners]) each();
  };
  const tellSoon = () => {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      tell();
    }, hashesMs);
    timer.unref();
  };
  return {
    list: async () => {
      const { models, addOns, problems } = await library.list();
      const files = [...models, ...addOns].flatMap(({ id }) => library.fileOf(id) ?? []);
      hashes.want(files, tellSoon);
      const hashed = <T extends ModelInfo | AddOnInfo>(info: T): T => withHash(info, { library, hashes });
      return { models: models.map(hashed), addOns: addOns.map(hashed), problems };
    },
    thumbnail: (id) => library.thumbnail(id),
    onChange: (listener) => {
      listeners.add(listener);
      stop ??= library.watch(tell);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop?.();
        stop = undefined;
      };
    },
  };
}

/** With the file's SHA-256, where it is known. */
export function withHash<T extends ModelInfo | AddOnInfo>(
  info: T,
  { library, hashes }: { readonly library: Library; readonly hashes: Hashes },
): T {
  const file = library.fileOf(info.id);
  const sha256 = file && hashes.find(file);
  return sha256 === undefined ? info : { ...info, sha256 };
}
