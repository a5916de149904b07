import { type Affine, boundsOf, compose, invert, isTranslation } from "../../../shared/affine.ts";
import { Problem } from "../../../shared/problem.ts";
import type { CallInput, KeyVisual } from "../../bridge.ts";
import { findLayer } from "../find-layer.ts";
import { checkPaintable } from "../layer.ts";
import { largestText } from "./largest-text.ts";
import { visualPicture } from "./visual-picture.ts";

/** Of the key visual's sides: what is as large lies all over it. */
const ALL_OVER = 0.9;

/** Problems "target-gone", "selection-unsupported" where there is no picture, or one that is turned. */
export async function readKeyVisual({ node: id }: CallInput<"read-key-visual">): Promise<KeyVisual> {
  const root = await findLayer(id);
  checkPaintable(root);
  const picture = visualPicture(root);
  if (picture === undefined)
    throw new Problem(
      "selection-unsupported",
      `“${root.name}” shows no picture. Select a picture, or a frame with one.`,
    );
  if (!isTranslation(placeIn(root, picture)))
    throw new Problem(
      "selection-unsupported",
      `“${picture.name}” is turned. Turn it back, then make the set: pictures in other formats are upright.`,
    );
  const over = layersOver(picture, root);
  const isAllOver = ({ width, height }: SceneNode) =>
    width >= ALL_OVER * root.width && height >= ALL_OVER * root.height;
  return {
    ...{ id: root.id, name: root.name, width: root.width, height: root.height },
    picture: { id: picture.id, name: picture.name, ...boxIn(root, picture) },
    layers: over
      .filter((layer) => !isAllOver(layer))
      .map((layer) => {
        const fontSize = largestText(layer);
        return { id: layer.id, name: layer.name, ...boxIn(root, layer), ...(fontSize !== undefined && { fontSize }) };
      }),
    leftOut: over.filter(isAllOver).map(({ name }) => name),
  };
}

/** From a layer's own space to that of one that it lies in. */
export const placeIn = (root: SceneNode, layer: SceneNode): Affine =>
  compose(invert(root.absoluteTransform), layer.absoluteTransform);

const boxIn = (root: SceneNode, layer: SceneNode) => boundsOf(placeIn(root, layer), layer.width, layer.height);

/** What is painted over the picture inside the key visual, back to front; what lies inside one of them goes along with it. */
function layersOver(picture: SceneNode, root: SceneNode): SceneNode[] {
  const over = "children" in picture ? picture.children.filter(({ visible }) => visible) : [];
  for (let at: SceneNode = picture; at.id !== root.id; at = at.parent as SceneNode) {
    const siblings = (at.parent as SceneNode & ChildrenMixin).children;
    over.push(...siblings.slice(siblings.findIndex(({ id }) => id === at.id) + 1).filter(({ visible }) => visible));
  }
  return over;
}
