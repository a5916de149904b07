/** What a job remembers of its target, and where its picture goes. */
import * as v from "valibot";
import { affine, margins, nodeId, rect, size } from "./values.ts";

/** An image paint, as Figma writes it, that is opaque and blends normally. */
const imagePaint = v.object({
  scaleMode: v.picklist(["FILL", "FIT", "CROP", "TILE"]),
  /** CROP: from the layer's unit square to the image's. */
  imageTransform: v.optional(affine),
  /** TILE: canvas pixels of one image pixel. */
  scalingFactor: v.optional(size),
  /** Quarter turns clockwise, degrees. */
  rotation: v.optional(size),
  filters: v.optional(v.record(v.string(), v.number())),
});

export const ownPicture = v.object({
  /** Figma's name of the image. */
  hash: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  /** Of the image, pixels. */
  width: size,
  height: size,
  paint: imagePaint,
});
/** The image that a layer shows, where it shows nothing else. */
export type OwnPicture = v.InferOutput<typeof ownPicture>;

/**
 * How a picture that goes over its target is put: in front of it, behind what is inside it, or as one more of its fills, which
 * can be taken away again.
 */
export const layering = v.picklist(["front", "behind", "fill"]);
export type Layering = v.InferOutput<typeof layering>;

export const ticket = v.object({
  /** The file's name: node ids of another file mean other layers. */
  document: v.string(),
  target: nodeId,
  /** Of several, the topmost. */
  mask: v.optional(nodeId),
  alsoMasks: v.optional(v.array(nodeId)),
  name: v.string(),
  width: size,
  height: size,
  /** The target's place on the page. */
  transform: affine,
  fingerprint: v.string(),
  /** Source pixels per canvas pixel at which the target's own image loses nothing; 2 where it has none. */
  naturalScale: size,
  /** The target's own image, where a Fill works on that; absent where it works on the layer as drawn. */
  picture: v.optional(ownPicture),
  /** How far beyond the target's edges a Fill paints; the target's own picture is kept. */
  expand: v.optional(margins),
  /** Besides in front (where it is expanded: all the ways): how else a picture can be put on the target. */
  takes: v.optional(v.array(layering)),
  /** Text layers over it, which stay above the picture. */
  texts: v.optional(v.array(nodeId)),
  /** Those that are painted into the picture instead. */
  painted: v.optional(v.array(nodeId)),
  /** True where the model sees the texts that stay. */
  seesTexts: v.optional(v.boolean()),
  /** The target's outline in its own space, as SVG path data; absent: its box. */
  outline: v.optional(v.string()),
});
/** The target as it was when the job was submitted. */
export type Ticket = v.InferOutput<typeof ticket>;

/** The layers that only say where, or that are not for the model: a picture of the target is taken without them. */
export const unseenOf = ({
  mask,
  alsoMasks = [],
  texts = [],
  painted = [],
  seesTexts = false,
}: Pick<Ticket, "mask" | "alsoMasks" | "texts" | "painted" | "seesTexts">): string[] => [
  ...(mask === undefined ? [] : [mask, ...alsoMasks]),
  ...painted,
  ...(seesTexts ? [] : texts),
];

/** A point of the page, and the layer (or page) that is there. */
export const spot = v.object({ x: size, y: size, inside: nodeId });
export type Spot = v.InferOutput<typeof spot>;

/**
 * How the bytes of a picture lie in its layer: "cover" fills the target with them; "source" are the pixels that a Fill worked
 * on, or those of them that changed, and lie where these lay; "part" is a part of those at another scale: from the unit square of
 * the layer that shows them all to that of the part; "around" goes beyond the target: from the unit square of its layer to that of
 * the picture; "within" fills a part of the target, in shares of its width and height; "stretch" lays all of the picture over all of
 * the target, whatever its shape; "tile" repeats the picture all over the target, canvas pixels for one of its.
 */
export const fit = v.union([
  v.picklist(["cover", "source", "stretch"]),
  v.object({ part: affine }),
  v.object({ around: affine }),
  v.object({ within: rect }),
  v.object({ tile: v.pipe(size, v.minValue(0.01), v.maxValue(100)) }),
]);
export type Fit = v.InferOutput<typeof fit>;

export const where = v.union([v.picklist(["over", "over anyway", "beside"]), spot]);
/** Over the target if it still shows the same, or in any case, beside it as a new layer, or with its middle on a spot where the designer dropped it. */
export type Where = v.InferOutput<typeof where>;
