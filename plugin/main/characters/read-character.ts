import { MOST_REFERENCES } from "../../../shared/most-references.ts";
import type { Character } from "../../bridge.ts";
import { existingLayer, pageOf } from "../find-layer.ts";
import { describeLayer, kindOf } from "../layer.ts";
import { type CharacterNode, canBeCharacter, isMarked, nameOf } from "./character-name.ts";
import { referenceNoteOf } from "./reference-note.ts";

const MOST_WORDS = 300;

/**
 * The character that a layer is, undefined where it is none. A copy of a component of this file stands for the component; a copy of
 * a library's component has the component's roles, and its own layers as pictures.
 */
export async function readCharacter(id: string): Promise<Character | undefined> {
  const node = await existingLayer(id);
  if (!canBeCharacter(node)) return undefined;
  if (node.type !== "INSTANCE") return isMarked(node) ? describe(node, node) : undefined;
  const main = await node.getMainComponentAsync();
  if (main === null || !isMarked(main)) return isMarked(node) ? describe(node, node) : undefined;
  // One that was deleted from the file lives on in its copies.
  if (!main.remote && pageOf(main) !== null) return readCharacter(main.id);
  return node.removed ? undefined : describe(node, main);
}

/** `source`: where name and roles are from. */
function describe(node: CharacterNode, source: CharacterNode): Character {
  const layers = node.children.map((layer, i) => ({ layer, noted: source.children[i] ?? layer }));
  const references = layers.filter(({ layer }) => canBeReference(layer));
  return {
    id: node.id,
    name: nameOf(source),
    kind: kindOf(node),
    page: pageOf(node)?.name ?? "",
    fromLibrary: source.id !== node.id,
    words: wordsIn(node),
    references: references
      .slice(0, MOST_REFERENCES)
      .map(({ layer, noted }) => ({ layer: describeLayer(layer), ...referenceNoteOf(noted) })),
  };
}

/** Texts are words for the model, and what has no area shows nothing. */
export const canBeReference = (node: SceneNode): boolean =>
  node.visible && node.type !== "TEXT" && node.type !== "LINE" && node.width >= 1 && node.height >= 1;

/** A text that is named so is what models read in the place of the name. */
const WORDS = /^(?:words?|prompt|description|beschreibung|wörter)$/i;

function wordsIn(node: CharacterNode): string {
  const found = node.children.find((child) => child.type === "TEXT" && child.visible && WORDS.test(child.name.trim()));
  return found === undefined ? "" : (found as TextNode).characters.replace(/\s+/g, " ").trim().slice(0, MOST_WORDS);
}
