/** Frames, components and instances: clipping and auto layout. */
import { rearrange } from "../arrange.ts";
import type { NodeMembers } from "../member.ts";
import { bool, number, oneOf, shape, text } from "../validate.ts";
import { field, layoutField, validated } from "./field.ts";
import { fills } from "./looks.ts";

const length = number(0);

export const frame: NodeMembers = {
  clipsContent: field("clipsContent", bool),
  expanded: field("expanded", bool),
  backgrounds: fills.fills!,
  layoutMode: {
    get: (_run, node) => node.layoutMode,
    set: (run, node, value) => {
      if (value === "GRID") throw new Error(`not available in the playground: layoutMode "GRID"`);
      const layoutMode = validated("layoutMode", oneOf("NONE", "HORIZONTAL", "VERTICAL"), value);
      run.scene.patch(node.id, { layoutMode });
      rearrange(run.scene, node.children[0] ?? node.id);
    },
  },
  layoutWrap: {
    get: () => "NO_WRAP",
    set: (_run, _node, value) => {
      if (value !== "NO_WRAP") throw new Error(`not available in the playground: layoutWrap "${value}"`);
    },
  },
  primaryAxisSizingMode: layoutField("primaryAxisSizingMode", oneOf("FIXED", "AUTO")),
  counterAxisSizingMode: layoutField("counterAxisSizingMode", oneOf("FIXED", "AUTO")),
  primaryAxisAlignItems: layoutField("primaryAxisAlignItems", oneOf("MIN", "MAX", "CENTER", "SPACE_BETWEEN")),
  counterAxisAlignItems: layoutField("counterAxisAlignItems", oneOf("MIN", "MAX", "CENTER", "BASELINE")),
  paddingLeft: layoutField("paddingLeft", length),
  paddingRight: layoutField("paddingRight", length),
  paddingTop: layoutField("paddingTop", length),
  paddingBottom: layoutField("paddingBottom", length),
  itemSpacing: layoutField("itemSpacing", number()),
};

export const constraints: NodeMembers = {
  constraints: field("constraints", shape({ horizontal: text, vertical: text })),
};
