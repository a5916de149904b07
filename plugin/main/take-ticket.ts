import { Problem } from "../../shared/problem.ts";
import type { CallInput, Ticket } from "../bridge.ts";
import { findLayer } from "./find-layer.ts";
import { contentFingerprintOf } from "./fingerprint.ts";
import { checkPaintable, imagePaintOf } from "./layer.ts";

/** The target as it is now, so that a result is never put over newer work. Problems as `checkPaintable`. */
export async function takeTicket({ target, mask }: CallInput<"take-ticket">): Promise<Ticket> {
  const node = await findLayer(target);
  checkPaintable(node);
  if (mask !== undefined) await findLayer(mask);
  const naturalScale = await naturalScaleOf(node);
  const now = await findLayer(target);
  const [row, column] = now.absoluteTransform;
  return {
    document: figma.root.name,
    target,
    ...(mask !== undefined && { mask }),
    name: now.name,
    width: now.width,
    height: now.height,
    transform: [
      [row[0], row[1], row[2]],
      [column[0], column[1], column[2]],
    ],
    fingerprint: contentFingerprintOf(now),
    naturalScale,
  };
}

/** Designs are seen on screens of twice the density: what has no pixels of its own is taken at that. */
const SCREEN_DENSITY = 2;

/** Pixels of the layer's own image per canvas pixel, at least 1; the screen's density where it shows no image. */
async function naturalScaleOf(node: SceneNode): Promise<number> {
  const hash = imagePaintOf(node)?.imageHash;
  const image = hash == null ? null : figma.getImageByHash(hash);
  if (image === null) return SCREEN_DENSITY;
  const { width, height } = await image.getSizeAsync().catch((cause: unknown) => {
    throw new Problem(
      "image-not-readable",
      `The image in “${node.name}” could not be read. Wait until Figma has loaded it, then try again.`,
      { cause },
    );
  });
  return Math.max(1, Math.min(width / node.width, height / node.height));
}
