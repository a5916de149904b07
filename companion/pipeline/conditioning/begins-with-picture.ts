import type { Sketch } from "../job.ts";

/** Whether the picture that is to be changed is begun with, so that a model which looks at pictures sees it as it lies on the canvas. */
export const beginsWithPicture = ({ request, canvas }: Pick<Sketch, "request" | "canvas">): boolean =>
  canvas.picture !== undefined && (canvas.mask !== undefined || request.strength < 1);
