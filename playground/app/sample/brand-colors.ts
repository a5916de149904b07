import type { FileColors } from "../../host/file-colors.ts";
import { solid } from "../../host/paint.ts";

const style = (id: number, name: string, hex: string) => ({
  ...{ id: `S:${id},`, name, type: "PAINT" as const },
  paints: [solid(hex)],
});
const MODE = "1:0";
const collection = { id: "VariableCollectionId:1:1", name: "Brand", defaultModeId: MODE };
const variable = (id: number, name: string, value: { r: number; g: number; b: number } | { alias: number }) => ({
  ...{ id: `VariableID:1:${id}`, name, resolvedType: "COLOR" as const, variableCollectionId: collection.id },
  valuesByMode: {
    [MODE]: "alias" in value ? { type: "VARIABLE_ALIAS" as const, id: `VariableID:1:${value.alias}` } : value,
  },
});

/** Two styles and three variables, one of them by another's name. */
export const BRAND_COLORS: FileColors = {
  styles: [style(1, "Brand/Leaf", "#1f7a5c"), style(2, "Brand/Paper", "#fffaf0")],
  variables: [
    variable(2, "accent", { r: 0.949, g: 0.588, b: 0.247 }),
    variable(3, "ink", { r: 0.114, g: 0.137, b: 0.176 }),
    variable(4, "button", { alias: 2 }),
  ],
  collections: [collection],
};
