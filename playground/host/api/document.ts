/** figma.root, pages and nodes by id, under documentAccess "dynamic-page". */
import type { ApiMember, ApiMembers } from "../member.ts";
import { NodeRef } from "../references.ts";
import { text } from "../validate.ts";

/** The synchronous getters that dynamic-page took away. */
const gone = (instead: string): ApiMember => ({
  call: () => {
    throw new Error(`Cannot call with documentAccess: dynamic-page. Use ${instead} instead`);
  },
});

export const documentApi: ApiMembers = {
  root: { get: () => new NodeRef("0:0") },
  currentPage: {
    get: (run) => new NodeRef(run.stage.currentPage),
    set: () => {
      throw new Error("Cannot call with documentAccess: dynamic-page. Use figma.setCurrentPageAsync instead");
    },
  },
  setCurrentPageAsync: {
    call: async (run, page) => {
      const node = run.scene.get(run.idOf(page));
      if (node.type !== "PAGE") throw new Error("Expected a PAGE node");
      run.loadedPages.add(node.id);
      run.stage.currentPage = node.id;
    },
  },
  getNodeByIdAsync: {
    call: async (run, id) => (run.scene.find(text(id)) === undefined ? null : new NodeRef(text(id))),
  },
  loadAllPagesAsync: {
    call: async (run) => {
      for (const page of run.scene.get("0:0").children) run.loadedPages.add(page);
    },
  },
  getNodeById: gone("figma.getNodeByIdAsync"),
  getStyleById: gone("figma.getStyleByIdAsync"),
  getLocalPaintStyles: gone("figma.getLocalPaintStylesAsync"),
  getLocalTextStyles: gone("figma.getLocalTextStylesAsync"),
  getLocalEffectStyles: gone("figma.getLocalEffectStylesAsync"),
  getLocalGridStyles: gone("figma.getLocalGridStylesAsync"),
  getFileThumbnailNode: gone("figma.getFileThumbnailNodeAsync"),
};
