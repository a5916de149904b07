import { imagePaintOf } from "../layer.ts";

/** The picture that a key visual is about: the layer itself where it shows one, or else the largest in it; undefined where there is none. */
export function visualPicture(node: SceneNode): SceneNode | undefined {
  if (imagePaintOf(node) !== undefined) return node;
  if (node.type === "SECTION" || node.type === "COMPONENT_SET") return undefined;
  const area = ({ width, height }: SceneNode) => width * height;
  return seenIn(node)
    .filter((inner) => imagePaintOf(inner) !== undefined)
    .reduce<SceneNode | undefined>((best, inner) => (best && area(best) >= area(inner) ? best : inner), undefined);
}

/** Everything inside that is not hidden. */
function seenIn(node: SceneNode): SceneNode[] {
  const children = "children" in node ? node.children.filter(({ visible }) => visible) : [];
  return children.flatMap((child) => [child, ...seenIn(child)]);
}
