import * as v from "valibot";
import { send } from "./serve-calls.ts";

/** What the interface says about the picture that is dragged out of it. */
const Dragged = v.object({ job: v.string() });

/** Tells the interface where one of its pictures was dropped. Everything else that is dropped is left to Figma. */
export function watchDrops(): void {
  figma.on("drop", ({ node, absoluteX, absoluteY, dropMetadata }) => {
    if (!v.is(Dragged, dropMetadata)) return true;
    const spot = { x: absoluteX, y: absoluteY, inside: node.id };
    send({ kind: "event", event: { type: "dropped", job: dropMetadata.job, spot } });
    return false;
  });
}
