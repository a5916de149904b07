/** The file's images, decoded for drawing. Straight alpha and untouched colours, so that an export gives the bytes back. */
import type { Images, StoredImage } from "../../host/images.ts";

export class DecodedImages {
  readonly #bitmaps = new Map<string, ImageBitmap>();
  readonly #waiting = new Map<string, Promise<void>>();

  /** `onReady` is called whenever an image can be drawn. */
  constructor(images: Images, onReady: () => void) {
    images.onAdd = (image) => {
      this.#waiting.set(
        image.hash,
        this.#decode(image).then(onReady, () => {}),
      );
    };
  }

  find(hash: string): ImageBitmap | undefined {
    return this.#bitmaps.get(hash);
  }

  /** When everything that was added can be drawn. */
  async ready(): Promise<void> {
    await Promise.all(this.#waiting.values());
  }

  async #decode({ hash, bytes, mime }: StoredImage): Promise<void> {
    const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mime });
    this.#bitmaps.set(hash, await createImageBitmap(blob, { colorSpaceConversion: "none" }));
  }
}
