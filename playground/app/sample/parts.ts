/** Short words for building the sample file. */

import { rearrange } from "../../host/arrange.ts";
import { setSize } from "../../host/fit.ts";
import { type Paint, solid } from "../../host/paint.ts";
import type { NodeRecord, NodeType } from "../../host/record.ts";
import type { Fields } from "../../host/scene.ts";
import { translation } from "../../host/transform.ts";
import type { Editor } from "../editor.ts";
import { measureText } from "../render/text.ts";

export type Radii = NodeRecord["radii"];
export const all = (radius: number): Radii => [radius, radius, radius, radius];

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const INK = "#23302a";
export const SOFT = "#7d857f";

/** A layer of any kind at a place in `parent`; returns its id. */
export function layer(
  editor: Editor,
  parent: string,
  type: NodeType,
  name: string,
  place: Place,
  fields: Fields = {},
): string {
  const { x, y, width, height } = place;
  return editor.scene.create(type, parent, { name, width, height, transform: translation(x, y), ...fields }).id;
}

export function box(
  editor: Editor,
  parent: string,
  name: string,
  place: Place,
  fill: Paint | string,
  radius = 0,
  more: Fields = {},
): string {
  const fills = [typeof fill === "string" ? solid(fill) : fill];
  return layer(editor, parent, "RECTANGLE", name, place, { fills, radii: all(radius), ...more });
}

export function frame(
  editor: Editor,
  parent: string,
  name: string,
  place: Place,
  fill: Paint | string,
  radius = 0,
  more: Fields = {},
): string {
  const fills = [typeof fill === "string" ? solid(fill) : fill];
  return layer(editor, parent, "FRAME", name, place, { fills, radii: all(radius), clipsContent: true, ...more });
}

/** An empty frame that waits for a picture: named after what should be in it. */
export const slot = (
  editor: Editor,
  parent: string,
  name: string,
  place: Place,
  fill: string,
  radius: number,
): string => frame(editor, parent, name, place, fill, radius);

export interface TextOptions {
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly style?: string;
  readonly color?: string;
  /** Wraps at this width; absent: one line per line. */
  readonly width?: number;
  readonly align?: NodeRecord["textAlignHorizontal"];
  readonly lineHeight?: number;
  readonly name?: string;
}

export function text(editor: Editor, parent: string, characters: string, options: TextOptions): string {
  const { x, y, size = 12, style = "Regular", color = INK, width, align = "LEFT", lineHeight } = options;
  const node = editor.scene.create("TEXT", parent, {
    name: options.name ?? characters.split("\n")[0]!,
    characters,
    fontSize: size,
    fontName: { family: "Inter", style },
    fills: [solid(color)],
    transform: translation(x, y),
    textAlignHorizontal: align,
    textAutoResize: width === undefined ? "WIDTH_AND_HEIGHT" : "HEIGHT",
    width: width ?? 0,
    letterSpacing: { unit: "PERCENT", value: size >= 20 ? -2 : 0 },
    ...(lineHeight === undefined ? {} : { lineHeight: { unit: "PIXELS" as const, value: lineHeight } }),
  });
  const measured = measureText(node);
  editor.scene.patch(node.id, width === undefined ? measured : { height: measured.height });
  return node.id;
}

/** A row or column that hugs its children; add them, then call `settled`. */
export function stack(
  editor: Editor,
  parent: string,
  name: string,
  options: {
    x: number;
    y: number;
    mode: "HORIZONTAL" | "VERTICAL";
    gap: number;
    padding?: readonly [number, number];
    fill?: string;
    radius?: number;
    more?: Fields;
  },
): string {
  const [vertical, horizontal] = options.padding ?? [0, 0];
  return layer(
    editor,
    parent,
    "FRAME",
    name,
    { x: options.x, y: options.y, width: 10, height: 10 },
    {
      fills: options.fill === undefined ? [] : [solid(options.fill)],
      radii: all(options.radius ?? 0),
      layoutMode: options.mode,
      itemSpacing: options.gap,
      counterAxisAlignItems: "CENTER",
      paddingTop: vertical,
      paddingBottom: vertical,
      paddingLeft: horizontal,
      paddingRight: horizontal,
      ...options.more,
    },
  );
}

export const settled = (editor: Editor, id: string): void =>
  rearrange(editor.scene, editor.scene.get(id).children[0] ?? id);

export const resized = (editor: Editor, id: string, width: number, height: number): void =>
  setSize(editor.scene, id, { width, height });
