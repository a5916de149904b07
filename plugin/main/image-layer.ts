import { Problem } from "../../shared/problem.ts";
import type { CallInput } from "../bridge.ts";
import { ownPlace } from "./grow-layer.ts";
import { putOnImage } from "./own-fill.ts";
import { placeAround, type SourceLayer, sourceLayer, stretched } from "./source-layer.ts";

/** The picture over the target, or where the target was. Problem "image-not-readable" where Figma does not take it. */
export function shownPicture(
  target: SceneNode | null,
  { ticket, bytes, fit }: Pick<CallInput<"place-layer">, "ticket" | "bytes" | "fit">,
): SourceLayer {
  let image: Image;
  try {
    image = figma.createImage(bytes);
  } catch (cause) {
    throw new Problem("image-not-readable", `Figma did not accept the picture: ${String(cause)}`, { cause });
  }
  // What grew for a picture since the ticket was taken lies where its own box does.
  const isLater = target !== null && ticket.picture?.hash !== putOnImage(target);
  const now = target === null ? ticket : isLater ? ownPlace(target) : placeOf(target);
  const over = (paint: ImagePaint) => ({ ...sizeOf(now), transform: now.transform, paint, isAsTarget: true });
  if (fit === "cover") return over(covering(image.hash));
  if (fit === "stretch") return over(stretched(image.hash));
  if (typeof fit === "object" && "tile" in fit)
    return over({ type: "IMAGE", imageHash: image.hash, scaleMode: "TILE", scalingFactor: fit.tile });
  if (typeof fit === "object" && "within" in fit) return partOfTarget(now, fit.within, image.hash);
  if (typeof fit === "object" && "around" in fit) {
    const { width, height, transform } = placeAround(ticket, now);
    const [row, column] = transform;
    const filters = ticket.picture?.paint.filters;
    const paint = partOf({ imageHash: image.hash, filters }, fit.around);
    return { width, height, transform: [[...row], [...column]], paint, isAsTarget: false };
  }
  const source = sourceLayer(ticket, now, image.hash);
  return fit === "source" ? source : { ...source, paint: partOf(source.paint, fit.part) };
}

/** Where the target has only this part, with its own scale and turn. */
function partOfTarget(
  { width, height, transform: [[a, c, e], [b, d, f]] }: Pick<SourceLayer, "width" | "height" | "transform">,
  within: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  imageHash: string,
): SourceLayer {
  const [x, y] = [within.x * width, within.y * height];
  return {
    ...{ width: within.width * width, height: within.height * height },
    transform: [
      [a, c, e + a * x + c * y],
      [b, d, f + b * x + d * y],
    ],
    ...{ paint: covering(imageHash), isAsTarget: false },
  };
}

/** A new layer that shows it, on the current page, in the target's outline where that is a simple one. */
export function imageLayer(target: SceneNode | null, { width, height, paint, isAsTarget }: SourceLayer) {
  const layer =
    target?.type === "ELLIPSE" && isAsTarget ? ellipseLike(target) : rectangleLike(isAsTarget ? target : null);
  layer.resize(width, height);
  layer.fills = [paint];
  return layer;
}

const placeOf = ({ width, height, absoluteTransform }: SceneNode) => ({ width, height, transform: absoluteTransform });

const sizeOf = ({ width, height }: { readonly width: number; readonly height: number }) => ({ width, height });

const covering = (imageHash: string): ImagePaint => ({ type: "IMAGE", imageHash, scaleMode: "FILL" });

function partOf(
  { imageHash, filters }: { readonly imageHash: string | null; readonly filters?: ImagePaint["filters"] | undefined },
  [row, column]: readonly [readonly number[], readonly number[]],
): ImagePaint {
  const imageTransform: Transform = [[...row] as [number, number, number], [...column] as [number, number, number]];
  return { type: "IMAGE", imageHash, scaleMode: "CROP", imageTransform, ...(filters && { filters }) };
}

function ellipseLike(target: EllipseNode): EllipseNode {
  const layer = figma.createEllipse();
  layer.arcData = target.arcData;
  return layer;
}

function rectangleLike(target: SceneNode | null): RectangleNode {
  const layer = figma.createRectangle();
  if (target === null || !("topLeftRadius" in target)) return layer;
  layer.topLeftRadius = target.topLeftRadius;
  layer.topRightRadius = target.topRightRadius;
  layer.bottomLeftRadius = target.bottomLeftRadius;
  layer.bottomRightRadius = target.bottomRightRadius;
  if ("cornerSmoothing" in target) layer.cornerSmoothing = target.cornerSmoothing;
  return layer;
}
