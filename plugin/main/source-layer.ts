import { boundsOf, compose, invert, isTranslation } from "../../shared/affine.ts";
import type { Ticket } from "../bridge.ts";
import { NO_MARGINS } from "./margins.ts";

/** Where a layer lies on the page, and what it shows. */
export interface SourceLayer {
  readonly width: number;
  readonly height: number;
  readonly transform: Transform;
  readonly paint: ImagePaint;
  /** True where it is as its target: its outline is the target's too. */
  readonly isAsTarget: boolean;
}

type Place = Pick<Ticket, "width" | "height" | "transform">;

/**
 * The layer that shows a picture of the pixels that a Fill worked on exactly where these lay, its target being at `now`. The
 * target's own image is shown by the target's own paint. What was taken as drawn covered the upright bounds of the target.
 */
export function sourceLayer(ticket: Ticket, now: Place, imageHash: string): SourceLayer {
  const { picture, transform } = ticket;
  const asTarget = { width: now.width, height: now.height, transform: now.transform, isAsTarget: true };
  if (picture !== undefined && picture.paint.scaleMode !== "TILE")
    return { ...asTarget, paint: { type: "IMAGE", ...picture.paint, imageHash } };
  if (picture !== undefined) return { ...asTarget, paint: unrolled(picture.paint, ticket, now, imageHash) };
  if (isTranslation(transform)) return { ...asTarget, paint: stretched(imageHash) };
  const box = boundsOf(transform, ticket.width, ticket.height);
  const moved = compose(compose(now.transform, invert(transform)), [
    [1, 0, box.x],
    [0, 1, box.y],
  ]);
  const [[a, c, e], [b, d, f]] = moved;
  return {
    width: box.width,
    height: box.height,
    transform: [
      [a, c, e],
      [b, d, f],
    ],
    paint: stretched(imageHash),
    isAsTarget: false,
  };
}

/** The place of a layer that goes beyond its target, which is at `now`, by as much as the ticket says. */
export function placeAround({ expand = NO_MARGINS, ...then }: Ticket, now: Place): Place {
  const [sx, sy] = [now.width / then.width, now.height / then.height];
  const [row, column] = compose(now.transform, [
    [1, 0, -expand.left * sx],
    [0, 1, -expand.top * sy],
  ]);
  return {
    width: (expand.left + then.width + expand.right) * sx,
    height: (expand.top + then.height + expand.bottom) * sy,
    transform: [[...row], [...column]],
  };
}

/** The whole picture over the whole layer. */
export const stretched = (imageHash: string): ImagePaint => cropped(imageHash, [1, 1]);

/** One picture of all the tiles that the layer showed, whose last ones may end outside of it. */
function unrolled(
  { scalingFactor = 1, filters }: NonNullable<Ticket["picture"]>["paint"],
  then: Place,
  now: Place,
  imageHash: string,
): ImagePaint {
  const share = (side: "width" | "height") =>
    now[side] / scalingFactor / Math.max(1, Math.ceil(then[side] / scalingFactor));
  return { ...cropped(imageHash, [share("width"), share("height")]), ...(filters && { filters }) };
}

/** The part of the picture, from its upper left corner, that the layer shows: 1 = the whole, above = transparent beyond it. */
function cropped(imageHash: string, [x, y]: readonly [number, number]): ImagePaint {
  return {
    type: "IMAGE",
    imageHash,
    scaleMode: "CROP",
    imageTransform: [
      [x, 0, 0],
      [0, y, 0],
    ],
  };
}
