import { Problem } from "../../shared/problem.ts";

/**
 * The layer of that id, as it is now, with its page loaded. Nodes are never kept across an `await`: the designer may delete
 * them meanwhile. Problem "target-gone" where it no longer exists.
 */
export async function findLayer(id: string): Promise<SceneNode> {
  const node = await existingLayer(id);
  if (node === null) throw new Problem("target-gone", "The layer no longer exists. Select another one.");
  return node;
}

/** The same, or null where it is gone. */
export async function existingLayer(id: string): Promise<SceneNode | null> {
  const node = await figma.getNodeByIdAsync(id);
  if (node === null || node.removed || node.type === "PAGE" || node.type === "DOCUMENT") return null;
  await pageOf(node)?.loadAsync();
  return node.removed ? null : node;
}

/** The page that it is on; null for a component of a library. */
export function pageOf(node: BaseNode): PageNode | null {
  for (let at: BaseNode | null = node; at !== null; at = at.parent) if (at.type === "PAGE") return at;
  return null;
}
