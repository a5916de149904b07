/** What the layers that say where to repaint mean, and what becomes of them. */
import * as v from "valibot";
import { affine, nodeId, size } from "./values.ts";

export const maskShape = v.object({
  /** What a closed line covers: the area inside it too, as a lasso, or itself only. */
  loop: v.picklist(["area", "line"]),
  /** How wide lines count, canvas pixels. Absent: as they are drawn. */
  brush: v.optional(size),
  /** Everything but the shapes. */
  inverted: v.boolean(),
  /** Whether it counts beyond the picture, too. Absent: where it goes all around it. */
  reach: v.optional(v.picklist(["picture", "beyond"])),
});
export type MaskShape = v.InferOutput<typeof maskShape>;

export const PLAIN_SHAPE: MaskShape = { loop: "area", inverted: false };

/** SVG path data of the commands that Figma writes, all in absolute numbers. */
export const PATH_DATA = /^[MLQCZ\d\s.,eE+-]*$/;

const maskOutline = v.object({
  /** From its own space to the page. */
  transform: affine,
  rule: v.picklist(["NONZERO", "EVENODD"]),
  data: v.pipe(v.string(), v.regex(PATH_DATA)),
});
/** What a shape covers, where it covers all of that equally. */
export type MaskOutline = v.InferOutput<typeof maskOutline>;

export const maskLayer = v.object({
  id: nodeId,
  /** Its own size, before any rotation, in canvas pixels. */
  width: size,
  height: size,
  /** How wide its lines are, canvas pixels, where it shows nothing but lines. */
  line: v.optional(size),
  /** Absent: its pixels say what it covers. */
  outline: v.optional(maskOutline),
});
/** A layer that says where to repaint. */
export type MaskLayer = v.InferOutput<typeof maskLayer>;

/** What happens to the mask's layers when a picture is placed over their target. */
export const maskFate = v.picklist(["keep", "hide", "remove"]);
export type MaskFate = v.InferOutput<typeof maskFate>;

/** The same of a text layer whose letters are painted in the picture. */
export const textFate = v.picklist(["hide", "keep"]);
export type TextFate = v.InferOutput<typeof textFate>;
