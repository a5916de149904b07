/** One format of a key visual: where its picture and the layers over it lie, and what is left to paint. */
import type { Rect, Size } from "../geometry.ts";
import { areaOf, overlapOf } from "./boxes.ts";
import { safeArea } from "./formats.ts";
import { type OverLayer, type PlacedLayer, placeLayers } from "./place-layers.ts";
import { placePicture, subjectIn } from "./place-picture.ts";

export interface Visual extends Size {
  /** In the key visual's own space, canvas pixels. */
  readonly picture: Rect;
  readonly layers: readonly OverLayer[];
}

export interface BoardLayer extends PlacedLayer {
  /** Whether it lies on the subject. */
  readonly onSubject: boolean;
}

export interface Board extends Size {
  readonly safe: Rect;
  /** The rest is in the format's own space, canvas pixels. */
  readonly picture: Rect;
  readonly subject: Rect;
  readonly layers: readonly BoardLayer[];
  /** How far what is painted goes beyond the picture; null where the format only crops it. */
  readonly margins: {
    readonly left: number;
    readonly top: number;
    readonly right: number;
    readonly bottom: number;
  } | null;
}

export interface BoardWish {
  readonly size: Size;
  /** Of the picture, 0 … 1 of its width and height. */
  readonly subject: Rect;
  /** As `placePicture`'s. */
  readonly closeness: number;
}

/** Of a layer: what is less is its edge. */
const TOUCHES = 0.01;

export function planBoard(visual: Visual, { size, subject, closeness }: BoardWish): Board {
  const safe = safeArea(size);
  const layers = placeLayers(visual.layers, visual, { size, safe });
  const picture = placePicture({ picture: visual.picture, subject, closeness, size, safe, layers });
  const inner = subjectIn(picture, subject);
  const margins = {
    left: Math.max(0, picture.x),
    top: Math.max(0, picture.y),
    right: Math.max(0, size.width - picture.x - picture.width),
    bottom: Math.max(0, size.height - picture.y - picture.height),
  };
  const { width, height } = size;
  return {
    ...{ width, height, safe, picture, subject: inner },
    layers: layers.map((layer) => ({
      ...layer,
      onSubject: areaOf(overlapOf(layer, inner)) > TOUCHES * areaOf(layer),
    })),
    margins: Object.values(margins).some((side) => side > 0) ? margins : null,
  };
}
