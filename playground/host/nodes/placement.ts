/** DimensionAndPositionMixin, LayoutMixin and AutoLayoutChildrenMixin: where a layer is and how large. */
import { rearrange } from "../arrange.ts";
import { isLaidOut } from "../auto-layout.ts";
import { boundingBox, renderBounds } from "../bounds.ts";
import { setSize, setTransform } from "../fit.ts";
import { isFrameLike } from "../kinds.ts";
import type { NodeMember, NodeMembers } from "../member.ts";
import type { NodeRecord } from "../record.ts";
import type { PluginRun } from "../run.ts";
import { moveTo, originOf, rotationOf, type Transform, withRotation } from "../transform.ts";
import { bool, number, oneOf, transform } from "../validate.ts";
import { field, layoutField, validated } from "./field.ts";

const MIN_SIZE = 0.01;

function demandOwnPlace(run: PluginRun, node: NodeRecord): void {
  if (run.scene.instanceAround(node.id) !== undefined)
    throw new Error("This property cannot be overridden in an instance");
}

function place(run: PluginRun, node: NodeRecord, next: Transform): void {
  demandOwnPlace(run, node);
  setTransform(run.scene, node.id, next);
  rearrange(run.scene, node.id);
}

/** x and y; in auto layout, setting them does nothing. */
const coordinate = (axis: "x" | "y"): NodeMember => ({
  get: (_run, node) => originOf(node.transform)[axis],
  set: (run, node, value) => {
    const at = validated(axis, number(), value);
    if (isLaidOut(run.scene, node.id)) return;
    place(run, node, moveTo(node.transform, { ...originOf(node.transform), [axis]: at }));
  },
});

/** Figma keeps the axes' directions and drops their lengths and skew. */
function unitAxes([[a, c, x], [b, d, y]]: Transform): Transform {
  const first = Math.hypot(a, b);
  if (first === 0 || a * d - b * c === 0) throw new Error("The transform has no area");
  const flip = a * d - b * c < 0 ? -1 : 1;
  const [ux, uy] = [a / first, b / first];
  return [
    [ux, flip === 1 ? -uy : uy, x],
    [uy, flip === 1 ? ux : -ux, y],
  ];
}

function resize(run: PluginRun, node: NodeRecord, width: unknown, height: unknown): void {
  demandOwnPlace(run, node);
  const line = node.type === "LINE";
  const size = {
    width: validated("width", number(MIN_SIZE), width),
    height: validated("height", number(line ? 0 : MIN_SIZE), height),
  };
  if (line && size.height !== 0) throw new Error("The height of a line must be 0");
  const fixed = isFrameLike(node.type) && node.layoutMode !== "NONE";
  if (fixed) run.scene.patch(node.id, { primaryAxisSizingMode: "FIXED", counterAxisSizingMode: "FIXED" });
  if (node.type === "TEXT")
    run.scene.patch(node.id, { textAutoResize: size.height === node.height ? "HEIGHT" : "NONE" });
  setSize(run.scene, node.id, size);
  rearrange(run.scene, node.id);
}

type Sizing = "FIXED" | "HUG" | "FILL";

/** layoutSizingHorizontal and layoutSizingVertical, in terms of the older fields. */
const sizing = (direction: "HORIZONTAL" | "VERTICAL"): NodeMember => {
  const parentMode = (run: PluginRun, node: NodeRecord) =>
    node.parent === null ? "NONE" : run.scene.get(node.parent).layoutMode;
  const ownMode = (node: NodeRecord) =>
    node.layoutMode === direction ? "primaryAxisSizingMode" : "counterAxisSizingMode";
  const read = (run: PluginRun, node: NodeRecord): Sizing => {
    const above = parentMode(run, node);
    const fills = above === direction ? node.layoutGrow > 0 : node.layoutAlign === "STRETCH";
    if (above !== "NONE" && node.layoutPositioning === "AUTO" && fills) return "FILL";
    return isFrameLike(node.type) && node.layoutMode !== "NONE" && node[ownMode(node)] === "AUTO" ? "HUG" : "FIXED";
  };
  return {
    get: read,
    set: (run, node, value) => {
      const wanted = validated("layoutSizing", oneOf("FIXED", "HUG", "FILL"), value);
      const above = parentMode(run, node);
      if (wanted === "FILL" && above === "NONE")
        throw new Error("FILL can only be set on children of auto-layout frames");
      if (wanted === "HUG" && node.layoutMode === "NONE" && node.type !== "TEXT")
        throw new Error("HUG can only be set on auto-layout frames and text");
      const grow = wanted === "FILL" ? 1 : 0;
      run.scene.patch(node.id, {
        ...(above === direction ? { layoutGrow: grow } : { layoutAlign: grow === 1 ? "STRETCH" : "INHERIT" }),
        ...(node.layoutMode === "NONE" ? {} : { [ownMode(node)]: wanted === "HUG" ? "AUTO" : "FIXED" }),
      });
      rearrange(run.scene, node.id);
    },
  };
};

/** What sections have too. */
export const position: NodeMembers = {
  x: coordinate("x"),
  y: coordinate("y"),
  width: { get: (_run, node) => node.width },
  height: { get: (_run, node) => node.height },
  relativeTransform: {
    get: (_run, node) => node.transform,
    set: (run, node, value) => {
      const next = unitAxes(validated("relativeTransform", transform, value));
      place(run, node, isLaidOut(run.scene, node.id) ? moveTo(next, originOf(node.transform)) : next);
    },
  },
  absoluteTransform: { get: (run, node) => run.scene.absoluteTransform(node.id) },
  absoluteBoundingBox: { get: (run, node) => boundingBox(run.scene, node.id) },
  resize: { call: resize },
  resizeWithoutConstraints: { call: resize },
};

export const placement: NodeMembers = {
  ...position,
  absoluteRenderBounds: { get: (run, node) => renderBounds(run.scene, node.id) },
  rotation: {
    get: (_run, node) => rotationOf(node.transform),
    set: (run, node, value) => place(run, node, withRotation(node.transform, validated("rotation", number(), value))),
  },
  rescale: {
    call: (run, node, scale) => {
      const by = validated("scale", number(0.01), scale);
      resize(run, node, node.width * by, node.height * by);
    },
  },
  constrainProportions: field("constrainProportions", bool),
  layoutAlign: layoutField("layoutAlign", oneOf("MIN", "CENTER", "MAX", "STRETCH", "INHERIT")),
  layoutGrow: layoutField("layoutGrow", number(0, 1)),
  layoutSizingHorizontal: sizing("HORIZONTAL"),
  layoutSizingVertical: sizing("VERTICAL"),
  layoutPositioning: {
    get: (_run, node) => node.layoutPositioning,
    set: (run, node, value) => {
      const wanted = validated("layoutPositioning", oneOf("AUTO", "ABSOLUTE"), value);
      const parent = node.parent === null ? undefined : run.scene.get(node.parent);
      if (wanted === "ABSOLUTE" && (parent === undefined || parent.layoutMode === "NONE"))
        throw new Error(`Can only set layoutPositioning = "ABSOLUTE" if the parent node has layoutMode !== "NONE"`);
      demandOwnPlace(run, node);
      run.scene.patch(node.id, { layoutPositioning: wanted });
      rearrange(run.scene, node.id);
    },
  },
};
