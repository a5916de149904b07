import type { CallOutput } from "../../bridge.ts";
import type { MainClient } from "./main-client.ts";

/** Bytes of all that is kept: the pictures that are worked on, not those of a file. */
const MOST_BYTES = 32_000_000;

/**
 * The same, asking for no image of the file again that was read lately: what a hash names never changes. What can't be read is asked
 * for again. Nobody may change the bytes.
 */
export function keepImages(main: MainClient): MainClient {
  // A Map keeps its order: what is used is taken out and put back at the end.
  const kept = new Map<string, Uint8Array>();
  const read = async (hash: string): Promise<CallOutput<"read-image">> => {
    const bytes = kept.get(hash) ?? (await main.call("read-image", { hash })).bytes;
    kept.delete(hash);
    kept.set(hash, bytes);
    let total = [...kept.values()].reduce((sum, { length }) => sum + length, 0);
    for (const [oldest, { length }] of kept) {
      if (total <= MOST_BYTES) break;
      kept.delete(oldest);
      total -= length;
    }
    return { bytes };
  };
  return {
    call: (name, input) =>
      (name === "read-image" ? read((input as { hash: string }).hash) : main.call(name, input)) as ReturnType<
        typeof main.call<typeof name>
      >,
  };
}
