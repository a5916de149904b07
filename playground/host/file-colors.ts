/** The colours that a file keeps by name, as plugins read them. */
import type { Paint } from "./paint.ts";

export interface PaintStyle {
  readonly id: string;
  readonly name: string;
  readonly type: "PAINT";
  readonly paints: readonly Paint[];
}

export interface Rgb {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a?: number;
}

export interface VariableAlias {
  readonly type: "VARIABLE_ALIAS";
  readonly id: string;
}

export interface ColorVariable {
  readonly id: string;
  readonly name: string;
  readonly resolvedType: "COLOR";
  readonly variableCollectionId: string;
  readonly valuesByMode: Readonly<Record<string, Rgb | VariableAlias>>;
}

export interface VariableCollection {
  readonly id: string;
  readonly name: string;
  readonly defaultModeId: string;
}

export interface FileColors {
  readonly styles: readonly PaintStyle[];
  readonly variables: readonly ColorVariable[];
  readonly collections: readonly VariableCollection[];
}

export const NO_COLORS: FileColors = { styles: [], variables: [], collections: [] };
