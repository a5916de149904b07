/** The size of the largest text in a layer, canvas pixels; undefined where there is none that can be read. */
export function largestText(node: SceneNode): number | undefined {
  const own = node.type === "TEXT" ? [node] : [];
  const inside = "findAllWithCriteria" in node ? node.findAllWithCriteria({ types: ["TEXT"] }) : own;
  const sizes = inside
    .filter(({ visible, characters }) => visible && characters.trim() !== "")
    .flatMap((text) =>
      typeof text.fontSize === "number"
        ? [text.fontSize]
        : text.getStyledTextSegments(["fontSize"]).map(({ fontSize }) => fontSize),
    );
  return sizes.length > 0 ? Math.max(...sizes) : undefined;
}
