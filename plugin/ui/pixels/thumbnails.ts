import { useEffect, useState } from "preact/hooks";
import type { LayerInfo } from "../../bridge.ts";
import { addressOf } from "./raster.ts";

type Subject = Pick<LayerInfo, "id" | "fingerprint">;
const MOST_KEPT = 24;

/** Small pictures of layers, made once for each state of the layer. */
export class Thumbnails {
  readonly #make: (node: string) => Promise<Uint8Array>;
  readonly #kept = new Map<string, Promise<string>>();

  /** `make` gives a node's picture as PNG. */
  constructor(make: (node: string) => Promise<Uint8Array>) {
    this.#make = make;
  }

  /** The address of the layer's thumbnail; rejects with a Problem where the layer shows nothing or is gone. */
  of({ id, fingerprint }: Subject): Promise<string> {
    const key = `${id} ${fingerprint}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const address = this.#make(id).then(addressOf);
    this.#kept.set(key, address);
    this.#forgetOldest();
    return address;
  }

  #forgetOldest(): void {
    const [oldest] = this.#kept;
    if (this.#kept.size <= MOST_KEPT || oldest === undefined) return;
    this.#kept.delete(oldest[0]);
    void oldest[1].then(URL.revokeObjectURL, () => undefined);
  }
}

/** The thumbnail's address, or null until it is there (and where the layer has none: then its place stays plain). */
export function useThumbnail(thumbnails: Thumbnails, layer: Subject | null): string | null {
  const [address, setAddress] = useState<string | null>(null);
  const [id, fingerprint] = [layer?.id, layer?.fingerprint];
  useEffect(() => {
    if (id === undefined || fingerprint === undefined) {
      setAddress(null);
      return;
    }
    let current = true;
    thumbnails.of({ id, fingerprint }).then(
      (found) => current && setAddress(found),
      () => current && setAddress(null),
    );
    return () => {
      current = false;
    };
  }, [thumbnails, id, fingerprint]);
  return address;
}
