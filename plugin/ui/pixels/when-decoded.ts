/** Resolves when an `<img>` of this address can be shown without a gap, or never could. */
export async function whenDecoded(url: string): Promise<void> {
  const image = new Image();
  image.src = url;
  await image.decode().catch(() => {});
}
