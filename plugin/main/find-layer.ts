import { Problem } from "../../shared/problem.ts";

/**
 * The layer of that id, as it is now. Nodes are never kept across an `await`: the designer may delete them meanwhile.
 * Problem "target-gone" where it no longer exists.
 */
export async function findLayer(id: string): Promise<SceneNode> {
  const node = await figma.getNodeByIdAsync(id);
  if (node === null || node.removed || node.type === "PAGE" || node.type === "DOCUMENT")
    throw new Problem("target-gone", "The layer no longer exists. Select another one.");
  return node;
}
