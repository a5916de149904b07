/** How wide the lines of a layer are, canvas pixels, where it shows nothing but lines; undefined for anything else, and texts. */
export function lineWeightOf(node: SceneNode): number | undefined {
  if ("children" in node) {
    const weights = node.children.filter(({ visible }) => visible).map(lineWeightOf);
    const known = weights.filter((weight): weight is number => weight !== undefined);
    return known.length === weights.length && known.length > 0 ? Math.max(...known) : undefined;
  }
  if (!("strokes" in node) || node.type === "TEXT" || !node.strokes.some(isSeen)) return undefined;
  const fills = "fills" in node ? node.fills : [];
  if (!Array.isArray(fills) || (fills as readonly Paint[]).some(isSeen)) return undefined;
  return typeof node.strokeWeight === "number" && node.strokeWeight > 0 ? node.strokeWeight : undefined;
}

const isSeen = ({ visible, opacity }: Paint) => visible !== false && opacity !== 0;
