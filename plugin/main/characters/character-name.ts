import { LONGEST_CHARACTER_NAME } from "../../bridge.ts";

/** What a layer keeps that was made a character in the panel. */
const KEY = "character";
const PREFIX = /^\s*(?:@|character\s*:|figur\s*:)\s*/i;

export type CharacterNode = SectionNode | FrameNode | ComponentNode | InstanceNode;
export const CHARACTER_TYPES = ["SECTION", "FRAME", "COMPONENT", "INSTANCE"] as const;

export const canBeCharacter = (node: BaseNode | null): node is CharacterNode =>
  node !== null && !node.removed && (CHARACTER_TYPES as readonly string[]).indexOf(node.type) >= 0;

/** Saved as one, or named like one: "@Ada", "Character: Ada". */
export const isMarked = (node: SceneNode): boolean =>
  (node.getPluginData(KEY) === "yes" || PREFIX.test(node.name)) && nameOf(node) !== "";

/** No step of undo of its own. */
export function mark(node: SceneNode): void {
  node.setPluginData(KEY, "yes");
}

/** As prompts call it. */
export const nameOf = ({ name }: Pick<SceneNode, "name">): string =>
  name.replace(PREFIX, "").replace(/\s+/g, " ").trim().slice(0, LONGEST_CHARACTER_NAME);
