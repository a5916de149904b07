import { MOST_REFERENCES } from "../../../shared/most-references.ts";
import { Problem } from "../../../shared/problem.ts";
import type { CallInput, CallOutput } from "../../bridge.ts";
import { findLayer } from "../find-layer.ts";
import { canBeCharacter } from "./character-name.ts";
import { canBeReference } from "./read-character.ts";
import { picturesOf, placePicture } from "./reference-pictures.ts";

/** Canvas pixels. */
const GAP = 24;

/**
 * Pictures of layers go to the right of all that is in a character; where it has no auto layout it grows as far as they need.
 * Problems "target-gone", "selection-unsupported".
 */
export async function addReferences({
  character,
  nodes,
}: CallInput<"add-references">): Promise<CallOutput<"add-references">> {
  const pictures = await picturesOf(nodes);
  const node = await findLayer(character);
  if (!canBeCharacter(node) || node.type === "INSTANCE")
    throw new Problem("selection-unsupported", `“${node.name}” takes no layers: its pictures are kept in the library.`);
  const present = node.children.filter(canBeReference);
  if (present.length + pictures.length > MOST_REFERENCES)
    throw new Problem(
      "selection-unsupported",
      `“${node.name}” would have more than ${MOST_REFERENCES} pictures, which is what one request takes. Remove some first.`,
    );
  const top = present.length === 0 ? GAP : Math.min(...present.map(({ y }) => y));
  let left = GAP + Math.max(0, ...node.children.map(({ x, width }) => x + width));
  for (const picture of pictures) {
    const layer = placePicture(picture, node);
    if ("layoutMode" in node && node.layoutMode !== "NONE") continue;
    layer.x = left;
    layer.y = top;
    left += picture.width + GAP;
    const size = { width: Math.max(node.width, left), height: Math.max(node.height, top + picture.height + GAP) };
    node.resizeWithoutConstraints(size.width, size.height);
  }
  figma.commitUndo();
  return {};
}
