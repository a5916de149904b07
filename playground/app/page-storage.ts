/** Client storage that survives the page, in the browser's localStorage. */
import type { StorageBackend } from "../host/client-storage.ts";

export function pageStorage(pluginId: string): StorageBackend {
  const key = `clientStorage:${pluginId}`;
  return {
    load: () => JSON.parse(localStorage.getItem(key) ?? "{}") as Record<string, string>,
    save: (entries) => localStorage.setItem(key, JSON.stringify(entries)),
  };
}
