/** The library of a running companion: told of changes while somebody listens, with the files' hashes as they come. */
import type { AddOnInfo, ModelInfo, ModelProblem } from "../../shared/protocol.ts";
import { digestOf, filesOf } from "./digests.ts";
import type { Hashes } from "./hashes.ts";
import type { Library } from "./library.ts";

export interface LiveLibrary {
  list(): Promise<{ models: ModelInfo[]; addOns: AddOnInfo[]; problems: ModelProblem[] }>;
  /** Of what is in the list: id → digest, as far as they are known. `onChange` tells of more. */
  digests(): Promise<ReadonlyMap<string, string>>;
  /** SHA-256 of these files by their ids in the last list, as far as they are known. Looks at nothing else. */
  hashes(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  thumbnail(id: string): Promise<Uint8Array | undefined>;
  /** Returns how to stop listening. */
  onChange(listener: () => void): () => void;
}

export interface LiveLibraryOptions {
  /** Between two tellings of new hashes and newly read files, milliseconds: there may be hundreds in a minute, and a list is long. */
  readonly hashesMs?: number;
  /** How long a list may take before it is given as far as it is known: `onChange` tells when there is more, milliseconds. */
  readonly patienceMs?: number;
}

export function liveLibrary(
  library: Library,
  hashes: Hashes,
  { hashesMs = 10_000, patienceMs = 3000 }: LiveLibraryOptions = {},
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
  let isReading = false;
  const list = async () => {
    const listed = await library.list({ patienceMs });
    if (listed.left === 0) return listed;
    tellSoon();
    if (isReading) return listed;
    isReading = true;
    const read = () => {
      isReading = false;
      tell();
    };
    library.list().then(read, read);
    return listed;
  };
  return {
    list: async () => {
      const { models, addOns, problems } = await list();
      const places = [...models, ...addOns].flatMap(({ id }) => placeOf(id, library) ?? []);
      hashes.want(places.flatMap(filesOf), tellSoon);
      const hashed = <T extends ModelInfo | AddOnInfo>(info: T): T => withHash(info, { library, hashes });
      return { models: models.map(hashed), addOns: addOns.map(hashed), problems };
    },
    digests: async () => {
      const { models, addOns } = await list();
      const places = [...models, ...addOns].flatMap(({ id }) => {
        const place = placeOf(id, library);
        return place === undefined ? [] : [{ id, place, files: filesOf(place) }];
      });
      hashes.want(
        places.flatMap(({ files }) => files),
        tellSoon,
      );
      const known = places.map(({ id, place, files }) => [id, digestOf(place, files, hashes)] as const);
      return new Map(known.filter((each): each is readonly [string, string] => each[1] !== undefined));
    },
    hashes: async (ids) => new Map(ids.flatMap((id) => hashOf(id, { library, hashes }))),
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

function placeOf(id: string, library: Library): string | undefined {
  try {
    return library.fileOf(id) ?? library.resolve(id, { allowPaths: false });
  } catch {
    // It went away while we looked.
    return undefined;
  }
}

interface Hashed {
  readonly library: Library;
  readonly hashes: Hashes;
}

/** The file's SHA-256 behind its id, where it is known. */
function hashOf(id: string, { library, hashes }: Hashed): [id: string, sha256: string][] {
  const file = library.fileOf(id);
  const sha256 = file && hashes.find(file);
  return sha256 === undefined ? [] : [[id, sha256]];
}

/** With the file's SHA-256, where it is known. */
export function withHash<T extends ModelInfo | AddOnInfo>(info: T, hashed: Hashed): T {
  const [[, sha256] = []] = hashOf(info.id, hashed);
  return sha256 === undefined ? info : { ...info, sha256 };
}
