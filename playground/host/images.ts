/** The file's images, by hash, as `figma.createImage` keeps them. */
import { readImageHeader } from "./image-header.ts";
import { sha1 } from "./sha1.ts";

export const MAX_IMAGE_SIDE = 4096;

export interface StoredImage {
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly mime: string;
  readonly width: number;
  readonly height: number;
}

export class Images {
  readonly #byHash = new Map<string, StoredImage>();
  /** Called with every new image, so that the renderer can decode it. */
  onAdd: (image: StoredImage) => void = () => {};

  /** Refuses what Figma refuses: other formats than PNG, JPEG and GIF, and sides over 4096 pixels. */
  add(bytes: Uint8Array): StoredImage {
    const header = readImageHeader(bytes);
    if (header === null) throw new Error("Image type is unsupported");
    if (header.width > MAX_IMAGE_SIDE || header.height > MAX_IMAGE_SIDE) throw new Error("Image is too large");
    const hash = sha1(bytes);
    const known = this.#byHash.get(hash);
    if (known !== undefined) return known;
    const { width, height } = header;
    const image = { hash, bytes: bytes.slice(), mime: `image/${header.format}`, width, height };
    this.#byHash.set(hash, image);
    this.onAdd(image);
    return image;
  }

  find(hash: string): StoredImage | undefined {
    return this.#byHash.get(hash);
  }
}
