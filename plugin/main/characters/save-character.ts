import { MOST_REFERENCES } from "../../../shared/most-references.ts";
import { Problem } from "../../../shared/problem.ts";
import type { CallInput, CallOutput } from "../../bridge.ts";
import { findFreeSpot } from "../find-free-spot.ts";
import { findLayer } from "../find-layer.ts";
import { showsPicture } from "../shows-picture.ts";
import { type CharacterNode, canBeCharacter, isMarked, mark, nameOf } from "./character-name.ts";
import { rememberCharacters } from "./known-characters.ts";
import { canBeReference, readCharacter } from "./read-character.ts";
import { picturesOf, placePicture, type ReferencePicture } from "./reference-pictures.ts";

/** Canvas pixels. */
const GAP = 24;
const MARGIN = 40;

/**
 * A section or frame of pictures becomes a character itself; other layers do by pictures of them, in a section beside them, so
 * that the layers stay what and where they are. Problems "target-gone", "selection-unsupported".
 */
export async function saveCharacter({
  nodes: ids,
  name,
}: CallInput<"save-character">): Promise<CallOutput<"save-character">> {
  const nodes: SceneNode[] = [];
  for (const id of ids) nodes.push(await findLayer(id));
  const [only, ...more] = nodes;
  if (only === undefined) throw new Problem("selection-unsupported", "Select what the character looks like first.");
  if (more.length === 0 && (await isCharacterAlready(only))) {
    rememberCharacters([only.id]);
    figma.commitUndo();
    return { node: only.id, copied: false };
  }
  if (more.length === 0 && holdsReferences(only)) {
    if (nameOf(only) !== name) only.name = name;
    mark(only);
    rememberCharacters([only.id]);
    figma.commitUndo();
    return { node: only.id, copied: false };
  }
  const shown = await picturesOf(nodes.slice(0, MOST_REFERENCES).map(({ id }) => id));
  const section = sectionOf(name, shown, await findLayer(only.id));
  return { node: section.id, copied: true };
}

const isCharacterAlready = async (node: SceneNode): Promise<boolean> =>
  node.type === "INSTANCE" && (await readCharacter(node.id)) !== undefined;

/** A section, or a frame in which one lays out pictures; a frame of mere shapes is a picture itself. */
function holdsReferences(node: SceneNode): node is CharacterNode {
  if (!canBeCharacter(node) || node.type === "INSTANCE") return false;
  const layers = node.children.filter(canBeReference);
  if (layers.length === 0) return false;
  if (node.type === "SECTION" || isMarked(node)) return true;
  return !showsPicture(node) && layers.every((layer) => "children" in layer || showsPicture(layer));
}

/** From the first picture to the step of undo nothing awaits. */
function sectionOf(name: string, shown: readonly ReferencePicture[], beside: SceneNode): SectionNode {
  const section = figma.createSection();
  section.name = name;
  const sum = shown.reduce((total, { width }) => total + width + GAP, -GAP);
  const size = {
    width: sum + 2 * MARGIN,
    height: Math.max(...shown.map(({ height }) => height)) + 2 * MARGIN,
  };
  section.resizeWithoutConstraints(size.width, size.height);
  let left = MARGIN;
  for (const picture of shown) {
    const layer = placePicture(picture, section);
    layer.x = left;
    layer.y = MARGIN;
    left += picture.width + GAP;
  }
  const spot = findFreeSpot(beside, { ...size, transform: beside.absoluteTransform }, section.id);
  section.x = spot.x;
  section.y = spot.y;
  mark(section);
  rememberCharacters([section.id]);
  figma.commitUndo();
  return section;
}
