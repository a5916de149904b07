/** PageNode and DocumentNode. */
import type { NodeMembers } from "../member.ts";
import { listOf, paint } from "../validate.ts";
import { field } from "./field.ts";

export const page: NodeMembers = {
  loadAsync: {
    call: async (run, node) => {
      run.loadedPages.add(node.id);
    },
    readOnly: true,
  },
  backgrounds: field("backgrounds", listOf(paint)),
  selection: {
    get: (run, node) => {
      run.demandLoaded(node.id);
      return run.refs(node.selection);
    },
    set: (run, node, value) => {
      if (!Array.isArray(value)) throw new Error(`Property "selection" failed validation: Expected array`);
      const ids = value.map((item) => run.idOf(item));
      for (const id of ids) {
        if (run.scene.pageOf(id)?.id !== node.id || id === node.id)
          throw new Error(`The selection of page "${node.name}" can only include nodes of that page`);
      }
      run.scene.patch(node.id, { selection: [...new Set(ids)] });
    },
  },
};
