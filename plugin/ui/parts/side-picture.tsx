import { useEffect, useState } from "preact/hooks";
import type { SidePictures } from "../pixels/side-pictures.ts";
import { Sparkle } from "./icons.tsx";

/** What a model or an add-on makes, in a square; a plain sign where nobody left a picture. */
export function SidePicture({
  pictures,
  of: { id, thumbnail },
}: {
  pictures: SidePictures;
  of: { readonly id: string; readonly thumbnail: boolean };
}) {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    setAddress(null);
    if (!thumbnail) return;
    let current = true;
    void pictures.of(id).then((found) => current && setAddress(found));
    return () => {
      current = false;
    };
  }, [pictures, id, thumbnail]);
  return (
    <span class={`thumbnail ${address ? "" : "plain"}`}>{address ? <img src={address} alt="" /> : <Sparkle />}</span>
  );
}
