import { boundsOf } from "../../shared/affine.ts";
import type { Ticket } from "../bridge.ts";

const GAP = 40;

type Place = Pick<Ticket, "width" | "height" | "transform">;

/**
 * A free place on the current page, of the ticket's size: right of the top-level frame that holds (or held) the target, moved
 * on to the right until it covers nothing. `own` is the layer that looks for a place.
 */
export function findFreeSpot(target: SceneNode | null, ticket: Place, own: string): { x: number; y: number } {
  const others = figma.currentPage.children
    .filter((child) => child.id !== own)
    .map((child) => child.absoluteBoundingBox)
    .filter((box): box is Rect => box !== null);
  const home = (target && topLevelBox(target)) ?? boundsOf(ticket.transform, ticket.width, ticket.height);
  const spot = { x: home.x + home.width + GAP, y: home.y };
  const blocking = () =>
    others.find(
      (box) =>
        spot.x < box.x + box.width &&
        box.x < spot.x + ticket.width &&
        spot.y < box.y + box.height &&
        box.y < spot.y + ticket.height,
    );
  for (let box = blocking(); box !== undefined; box = blocking()) spot.x = box.x + box.width + GAP;
  return spot;
}

function topLevelBox(node: SceneNode): Rect | null {
  let at: SceneNode = node;
  while (at.parent !== null && at.parent.type !== "PAGE" && at.parent.type !== "DOCUMENT") at = at.parent as SceneNode;
  return at.parent?.id === figma.currentPage.id ? at.absoluteBoundingBox : null;
}
