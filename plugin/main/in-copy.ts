/** True for what lies in a component's copy, which can't take layers in or give them up. */
export function isInCopy(node: SceneNode): boolean {
  for (let at: BaseNode | null = node.parent; at !== null; at = at.parent) if (at.type === "INSTANCE") return true;
  return false;
}
