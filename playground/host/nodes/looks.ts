/** Blend, geometry and corner mixins: how a layer looks. */
import type { NodeMember, NodeMembers } from "../member.ts";
import type { NodeRecord } from "../record.ts";
import { MIXED } from "../references.ts";
import { blendMode, bool, effect, listOf, number, oneOf, paint } from "../validate.ts";
import { field, validated } from "./field.ts";

const paints = listOf(paint);

export const blend: NodeMembers = {
  opacity: field("opacity", number(0, 1)),
  blendMode: field("blendMode", blendMode),
  isMask: field("isMask", bool),
  maskType: field("maskType", oneOf("ALPHA", "VECTOR", "LUMINANCE")),
  effects: field("effects", listOf(effect)),
};

export const fills: NodeMembers = { fills: field("fills", paints) };

export const strokes: NodeMembers = {
  strokes: field("strokes", paints),
  strokeWeight: field("strokeWeight", number(0)),
  strokeAlign: field("strokeAlign", oneOf("CENTER", "INSIDE", "OUTSIDE")),
  strokeCap: field("strokeCap", oneOf("NONE", "ROUND", "SQUARE")),
  strokeJoin: field("strokeJoin", oneOf("MITER", "BEVEL", "ROUND")),
  strokeMiterLimit: field("strokeMiterLimit", number(0)),
  dashPattern: field("dashPattern", listOf(number(0))),
};

const corner = (index: 0 | 1 | 2 | 3): NodeMember => ({
  get: (_run, node) => node.radii[index],
  set: (run, node, value) => {
    const radii = [...node.radii] as [number, number, number, number];
    radii[index] = validated("cornerRadius", number(0), value);
    run.scene.patch(node.id, { radii });
  },
});

const sameCorners = ({ radii }: NodeRecord) => radii.every((radius) => radius === radii[0]);

export const cornerRadius: NodeMembers = {
  cornerRadius: {
    get: (_run, node) => (sameCorners(node) ? node.radii[0] : MIXED),
    set: (run, node, value) => {
      const radius = validated("cornerRadius", number(0), value);
      run.scene.patch(node.id, { radii: [radius, radius, radius, radius] });
    },
  },
  cornerSmoothing: field("cornerSmoothing", number(0, 1)),
};

export const corners: NodeMembers = {
  ...cornerRadius,
  topLeftRadius: corner(0),
  topRightRadius: corner(1),
  bottomRightRadius: corner(2),
  bottomLeftRadius: corner(3),
};
