/** A picture taken apart into layers (Qwen-Image-Layered): how many, and how finely they are drawn. */
import * as v from "valibot";
import { sizeOfArea } from "./area-size.ts";
import type { Size } from "./geometry.ts";
import { SPLIT_RESOLUTIONS, type Split } from "./request.ts";
import { wholeBetween } from "./request-parts-schema.ts";

/** Layers of a picture. */
export const SPLIT_LIMITS = { min: 2, max: 8, usual: 4 } as const;
export const splitSchema: v.GenericSchema<unknown, Split> = v.strictObject({
  layers: v.optional(wholeBetween(SPLIT_LIMITS), SPLIT_LIMITS.usual),
  resolution: v.optional(v.picklist(SPLIT_RESOLUTIONS), SPLIT_RESOLUTIONS[0]),
  normalize: v.optional(v.boolean(), false),
});

/** Of each layer, of a picture of this shape. Source: diffusers, pipeline_qwenimage_layered.py, __call__. */
export const splitSize = (picture: Size, { resolution }: Pick<Split, "resolution">): Size =>
  sizeOfArea(picture, resolution ** 2);

const LAYER = /^layer\.(\d)$/;

/** The name of the attachment that is a result's layer; 0 lies at the bottom. */
export const layerAttachment = (index: number): string => `layer.${index}`;

/** Which layer an attachment is; undefined for another. */
export function layerIndexOf(name: string): number | undefined {
  const index = Number(LAYER.exec(name)?.[1]);
  return index < SPLIT_LIMITS.max ? index : undefined;
}

/** Of attachments by name, the bytes of the layers, the bottom one first; none where it is no picture in layers. */
export const layersAmong = <T>(attachments: ReadonlyMap<string, T>): T[] =>
  [...attachments]
    .flatMap(([name, value]) => {
      const index = layerIndexOf(name);
      return index === undefined ? [] : [{ index, value }];
    })
    .sort((a, b) => a.index - b.index)
    .map(({ value }) => value);
