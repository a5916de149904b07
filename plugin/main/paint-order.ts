/** The two layers, the one painted first first. */
export function inPaintOrder(a: SceneNode, b: SceneNode): [SceneNode, SceneNode] {
  const [p, q] = [pathOf(a), pathOf(b)];
  const depth = Math.min(p.length, q.length);
  for (let i = 0; i < depth; i++) {
    if (p[i] !== q[i]) return p[i]! < q[i]! ? [a, b] : [b, a];
  }
  return p.length < q.length ? [a, b] : [b, a];
}

function pathOf(node: SceneNode): number[] {
  const path: number[] = [];
  for (let at: BaseNode = node; at.parent !== null && at.type !== "PAGE"; at = at.parent) {
    const { id } = at;
    path.unshift(at.parent.children.findIndex((child) => child.id === id));
  }
  return path;
}
