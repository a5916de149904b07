/** `figma.clientStorage`: 5 MB per plugin, on this machine. */
export const CLIENT_STORAGE_LIMIT = 5 * 1024 * 1024;

/** Where the entries survive the page: text by key. */
export interface StorageBackend {
  load(): Readonly<Record<string, string>>;
  save(entries: Readonly<Record<string, string>>): void;
}

export class ClientStorage {
  readonly #backend: StorageBackend;
  #entries: Record<string, string>;

  constructor(backend: StorageBackend) {
    this.#backend = backend;
    this.#entries = { ...backend.load() };
  }

  get(key: string): unknown {
    const text = this.#entries[key];
    return text === undefined ? undefined : JSON.parse(text, revive);
  }

  set(key: string, value: unknown): void {
    const text = JSON.stringify(value, flatten);
    if (text === undefined) throw new Error(`Cannot store a ${typeof value} in client storage`);
    const entries = { ...this.#entries, [key]: text };
    const size = Object.entries(entries).reduce((sum, [k, v]) => sum + k.length + v.length, 0);
    if (size > CLIENT_STORAGE_LIMIT) throw new Error("Client storage quota of 5 MB exceeded");
    this.#put(entries);
  }

  delete(key: string): void {
    const { [key]: _gone, ...rest } = this.#entries;
    this.#put(rest);
  }

  keys(): string[] {
    return Object.keys(this.#entries);
  }

  #put(entries: Record<string, string>): void {
    this.#entries = entries;
    this.#backend.save(entries);
  }
}

/** For tests, and for pages that may store nothing. */
export const memoryStorage = (): StorageBackend => {
  let kept: Readonly<Record<string, string>> = {};
  return {
    load: () => kept,
    save: (entries) => {
      kept = entries;
    },
  };
};

const flatten = (_key: string, value: unknown) => (value instanceof Uint8Array ? { $bytes: Array.from(value) } : value);
const revive = (_key: string, value: unknown) => {
  const bytes = (value as { $bytes?: number[] } | null)?.$bytes;
  return Array.isArray(bytes) ? Uint8Array.from(bytes) : value;
};
