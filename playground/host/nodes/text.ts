/** TextNode: one style per text. Writing it needs its font loaded. */
import { rearrange } from "../arrange.ts";
import type { NodeMember, NodeMembers } from "../member.ts";
import type { NodeRecord } from "../record.ts";
import type { PluginRun } from "../run.ts";
import type { Fields } from "../scene.ts";
import { number, oneOf, shape, text } from "../validate.ts";
import { validated } from "./field.ts";

export const fontKey = ({ family, style }: NodeRecord["fontName"]) => `${family} ${style}`;

function demandFont(run: PluginRun, font: NodeRecord["fontName"]): void {
  if (!run.loadedFonts.has(fontKey(font)))
    throw new Error(
      `Cannot write to node with unloaded font "${fontKey(font)}". Please call figma.loadFontAsync({ family: "${font.family}", style: "${font.style}" }) and await the returned promise first`,
    );
}

/** Gives an automatically sized text its size. */
export function fitText(run: PluginRun, id: string): void {
  const node = run.scene.get(id);
  if (node.textAutoResize === "NONE" || node.textAutoResize === "TRUNCATE") return;
  const size = run.stage.measureText(node);
  run.scene.patch(id, node.textAutoResize === "HEIGHT" ? { height: size.height } : size);
  rearrange(run.scene, id);
}

const styled = (name: keyof NodeRecord, check: (value: unknown) => unknown): NodeMember => ({
  get: (_run, node) => node[name],
  set: (run, node, value) => {
    const next = validated(name, check, value);
    demandFont(run, name === "fontName" ? (next as NodeRecord["fontName"]) : node.fontName);
    run.scene.patch(node.id, { [name]: next } as Fields);
    fitText(run, node.id);
  },
});

export const textNode: NodeMembers = {
  characters: styled("characters", text),
  fontSize: styled("fontSize", number(1)),
  fontName: styled("fontName", shape({ family: text, style: text })),
  textAlignHorizontal: styled("textAlignHorizontal", oneOf("LEFT", "CENTER", "RIGHT", "JUSTIFIED")),
  textAlignVertical: styled("textAlignVertical", oneOf("TOP", "CENTER", "BOTTOM")),
  textAutoResize: styled("textAutoResize", oneOf("NONE", "WIDTH_AND_HEIGHT", "HEIGHT", "TRUNCATE")),
  lineHeight: styled("lineHeight", shape({ unit: oneOf("AUTO", "PIXELS", "PERCENT"), value: number(0) }, ["value"])),
  letterSpacing: styled("letterSpacing", shape({ unit: oneOf("PIXELS", "PERCENT"), value: number() })),
  hasMissingFont: { get: () => false },
};
