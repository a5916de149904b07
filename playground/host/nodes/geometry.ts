/** GeometryMixin's outlines: exact where they follow from the node's numbers, traced where only drawing it tells. */
import type { NodeMembers } from "../member.ts";
import { outlineOf } from "../outline.ts";
import type { NodeRecord } from "../record.ts";

const isTraced = ({ type }: NodeRecord) => type === "TEXT" || type === "BOOLEAN_OPERATION";

export const outlines: NodeMembers = {
  fillGeometry: {
    get: (run, node) => (isTraced(node) ? run.stage.traceNode(node.id, "fill") : outlineOf(node)),
  },
  /** Always from the centre, whatever `strokeAlign` says, as in Figma. */
  strokeGeometry: {
    get: (run, node) => (node.strokes.length > 0 ? run.stage.traceNode(node.id, "stroke") : []),
  },
};
