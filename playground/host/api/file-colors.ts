/** figma.getLocalPaintStylesAsync and figma.variables, as far as they read colours. */
import type { ApiMembers } from "../member.ts";
import { frozen } from "../scene.ts";
import { text } from "../validate.ts";

export const paintStyles: ApiMembers = {
  getLocalPaintStylesAsync: { call: async (run) => frozen(run.scene.colors.styles) },
};

export const variables: ApiMembers = {
  getLocalVariablesAsync: {
    call: async (run, type) => {
      if (type !== undefined && type !== "COLOR") return [];
      return frozen(run.scene.colors.variables);
    },
  },
  getVariableByIdAsync: {
    call: async (run, id) => frozen(run.scene.colors.variables.find((each) => each.id === text(id)) ?? null),
  },
  getVariableCollectionByIdAsync: {
    call: async (run, id) => frozen(run.scene.colors.collections.find((each) => each.id === text(id)) ?? null),
  },
};
