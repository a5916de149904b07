/** Ellipse, polygon, star, vector and boolean operation: what only they have. */
import { rearrange } from "../arrange.ts";
import type { NodeMembers } from "../member.ts";
import { pathBox, shiftedPath } from "../path.ts";
import type { VectorPath } from "../record.ts";
import { apply, moveTo } from "../transform.ts";
import { listOf, number, oneOf, shape, text } from "../validate.ts";
import { field, validated } from "./field.ts";

export const ellipse: NodeMembers = {
  arcData: field("arcData", shape({ startingAngle: number(), endingAngle: number(), innerRadius: number(0, 1) })),
};

export const polygon: NodeMembers = { pointCount: field("pointCount", number(3)) };

export const star: NodeMembers = { ...polygon, innerRadius: field("innerRadius", number(0, 1)) };

const paths = listOf(shape<VectorPath>({ windingRule: oneOf("NONZERO", "EVENODD", "NONE"), data: text }));

/** A vector's box fits its paths: writing them moves the origin to their top-left corner. */
export const vector: NodeMembers = {
  vectorPaths: {
    get: (_run, node) => node.vectorPaths,
    set: (run, node, value) => {
      const given = validated("vectorPaths", paths, value);
      const box = pathBox(given.map((path) => path.data));
      run.scene.patch(node.id, {
        vectorPaths: given.map((path) => ({ ...path, data: shiftedPath(path.data, -box.x, -box.y) })),
        transform: moveTo(node.transform, apply(node.transform, box)),
        width: box.width,
        height: box.height,
      });
      rearrange(run.scene, node.id);
    },
  },
};

export const booleanOperation: NodeMembers = {
  booleanOperation: field("booleanOperation", oneOf("UNION", "INTERSECT", "SUBTRACT", "EXCLUDE")),
};
