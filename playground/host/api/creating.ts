/** figma.create… : new layers, on the current page. */
import type { ApiMember, ApiMembers } from "../member.ts";
import type { NodeType } from "../record.ts";
import { NodeRef } from "../references.ts";
import type { Fields } from "../scene.ts";
import { text } from "../validate.ts";

const creating = (type: NodeType, fields: Fields = {}): ApiMember => ({
  call: (run) => new NodeRef(run.scene.create(type, run.stage.currentPage, fields).id),
  writes: true,
});

export const creation: ApiMembers = {
  createRectangle: creating("RECTANGLE"),
  createEllipse: creating("ELLIPSE"),
  createPolygon: creating("POLYGON"),
  createStar: creating("STAR"),
  createLine: creating("LINE"),
  createVector: creating("VECTOR"),
  createText: creating("TEXT"),
  createFrame: creating("FRAME"),
  createComponent: creating("COMPONENT"),
  createSection: creating("SECTION"),
  createSlice: creating("SLICE"),
  createBooleanOperation: creating("BOOLEAN_OPERATION"),
  createPage: {
    call: (run) => {
      const page = run.scene.createPage(`Page ${run.scene.get("0:0").children.length + 1}`);
      run.loadedPages.add(page.id);
      return new NodeRef(page.id);
    },
    writes: true,
  },
  loadFontAsync: {
    call: async (run, font) => {
      const { family, style } = (font ?? {}) as { family?: unknown; style?: unknown };
      run.loadedFonts.add(`${text(family)} ${text(style)}`);
    },
  },
};
