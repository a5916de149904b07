import { Problem } from "../../shared/problem.ts";
import { type CallInput, type Layering, type Ticket, unseenOf } from "../bridge.ts";
import { findLayer } from "./find-layer.ts";
import { holdsContents } from "./find-place.ts";
import { contentFingerprintOf } from "./fingerprint.ts";
import { canGrow } from "./grow-layer.ts";
import { checkPaintable, imagePaintOf } from "./layer.ts";
import { outward, overhang } from "./margins.ts";
import { takesFill } from "./own-fill.ts";
import { fitsBack, onlyImageOf } from "./own-picture.ts";

/** The target as it is now, so that a result is never put over newer work. Problems as `checkPaintable`. */
export async function takeTicket(input: CallInput<"take-ticket">): Promise<Ticket> {
  const { target, mask, alsoMasks = [], expand, texts = [], painted = [], seesTexts } = input;
  const node = await findLayer(target);
  checkPaintable(node);
  const masks = mask === undefined ? [] : [mask, ...alsoMasks];
  const shapes: SceneNode[] = [];
  for (const id of masks) shapes.push(await findLayer(id));
  const size = await imageSizeOf(node);
  const now = await findLayer(target);
  const [row, column] = now.absoluteTransform;
  const unseen = unseenOf(input);
  const only = onlyImageOf(now, unseen);
  const picture = only && size?.hash === only.hash ? { ...size, paint: only.paint } : undefined;
  const outline = outlineOf(now);
  const expands = expand === "masks" ? outward(overhang(now, shapes)) : expand;
  return {
    document: figma.root.name,
    target,
    ...(mask !== undefined && { mask, ...(alsoMasks.length > 0 && { alsoMasks }) }),
    name: now.name,
    width: now.width,
    height: now.height,
    transform: [
      [row[0], row[1], row[2]],
      [column[0], column[1], column[2]],
    ],
    fingerprint: contentFingerprintOf(now, unseen),
    naturalScale:
      size === null ? SCREEN_DENSITY : Math.max(1, Math.min(size.width / now.width, size.height / now.height)),
    ...(picture && fitsBack(picture, now) && { picture }),
    ...(expands && { expand: expands }),
    ...(texts.length > 0 && { texts }),
    ...(painted.length > 0 && { painted }),
    ...(seesTexts && { seesTexts }),
    takes: expands ? waysToExpand(now, picture) : waysBesides(now),
    ...(outline !== undefined && { outline }),
  };
}

const waysBesides = (node: SceneNode): Layering[] => [
  ...(holdsContents(node) ? (["behind"] as const) : []),
  ...(takesFill(node) ? (["fill"] as const) : []),
];

/** Only a layer that shows nothing but a picture of its own can grow with it. */
const waysToExpand = (node: SceneNode, picture: Ticket["picture"]): Layering[] => [
  ...(["behind", "front"] as const),
  ...(picture !== undefined && canGrow(node) ? (["fill"] as const) : []),
];

/** Designs are seen on screens of twice the density: what has no pixels of its own is taken at that. */
const SCREEN_DENSITY = 2;

/** The size of the image that the layer shows, null where it shows none. */
async function imageSizeOf(node: SceneNode): Promise<{ hash: string; width: number; height: number } | null> {
  const hash = imagePaintOf(node)?.imageHash;
  const image = hash == null ? null : figma.getImageByHash(hash);
  if (image === null) return null;
  const { width, height } = await image.getSizeAsync().catch((cause: unknown) => {
    throw new Problem(
      "image-not-readable",
      `The image in “${node.name}” could not be read. Wait until Figma has loaded it, then try again.`,
      { cause },
    );
  });
  return { hash: image.hash, width, height };
}

/** Longer ones are drawings, and no edges of a picture. */
const LONGEST_OUTLINE = 4000;

/** What the layer's fill covers, where that is one simple outline. */
function outlineOf(node: SceneNode): string | undefined {
  if (!("fillGeometry" in node)) return undefined;
  const data = node.fillGeometry.map((path) => path.data).join(" ");
  return data === "" || data.length > LONGEST_OUTLINE ? undefined : data;
}
